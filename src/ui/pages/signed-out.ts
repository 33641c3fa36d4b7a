import '../define/signed-out.ts';

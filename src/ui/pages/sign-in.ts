import '../define/sign-in.ts';

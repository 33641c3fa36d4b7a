import '../define/sign-up.ts';

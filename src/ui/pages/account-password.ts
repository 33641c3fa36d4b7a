import '../define/password.ts';
import { guardPage } from './account-page.ts';

guardPage();

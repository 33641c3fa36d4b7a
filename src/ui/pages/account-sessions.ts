import '../define/sessions.ts';
import { guardPage } from './account-page.ts';

guardPage();

import '../define/history.ts';
import { guardPage } from './account-page.ts';

guardPage();

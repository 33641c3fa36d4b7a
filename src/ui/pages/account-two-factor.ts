import '../define/two-factor.ts';
import { guardPage } from './account-page.ts';

guardPage();

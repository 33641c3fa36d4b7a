import './act-dialog.ts';
import { SessionsElement } from '../elements/sessions-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-sessions') === undefined)
  globalThis.customElements?.define('rollcall-sessions', SessionsElement);

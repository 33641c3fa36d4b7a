import './act-dialog.ts';
import { TwoFactorElement } from '../elements/two-factor-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-two-factor') === undefined)
  globalThis.customElements?.define('rollcall-two-factor', TwoFactorElement);

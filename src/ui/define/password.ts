import { PasswordElement } from '../elements/password-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-password') === undefined)
  globalThis.customElements?.define('rollcall-password', PasswordElement);

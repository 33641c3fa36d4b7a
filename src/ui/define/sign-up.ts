import { SignUpElement } from '../elements/sign-up-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-sign-up') === undefined)
  globalThis.customElements?.define('rollcall-sign-up', SignUpElement);

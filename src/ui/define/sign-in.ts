import { SignInElement } from '../elements/sign-in-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-sign-in') === undefined)
  globalThis.customElements?.define('rollcall-sign-in', SignInElement);

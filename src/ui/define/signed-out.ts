import { SignedOutElement } from '../elements/signed-out-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-signed-out') === undefined)
  globalThis.customElements?.define('rollcall-signed-out', SignedOutElement);

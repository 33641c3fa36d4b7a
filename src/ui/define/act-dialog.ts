import { ActDialogElement } from '../elements/act-dialog-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-act-dialog') === undefined)
  globalThis.customElements?.define('rollcall-act-dialog', ActDialogElement);

import { ShellElement } from '../elements/shell-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-shell') === undefined)
  globalThis.customElements?.define('rollcall-shell', ShellElement);

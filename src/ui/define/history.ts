import { HistoryElement } from '../elements/history-element.ts';

// On a server there is nothing to register with; importing this is safe there.
if (globalThis.customElements?.get('rollcall-history') === undefined)
  globalThis.customElements?.define('rollcall-history', HistoryElement);

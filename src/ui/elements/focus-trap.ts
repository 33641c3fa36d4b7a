const reachable = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

/**
 * Takes Tab from the last control of a container to the first, and Shift+Tab back (WAI-ARIA, "Dialog (Modal)"). A native
 * modal dialog makes the rest of the page inert, but lets the focus leave to the window, and the page then has none.
 */
export function keepFocusInside(event: KeyboardEvent, container: HTMLElement): void {
  const controls = [...container.querySelectorAll<HTMLElement>(reachable)].filter((each) =>
    each.checkVisibility(),
  );
  const root = container.getRootNode();
  const focused = root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  const leaving = event.shiftKey ? controls[0] : controls.at(-1);
  if (focused !== leaving && focused !== null) return;
  event.preventDefault();
  (event.shiftKey ? controls.at(-1) : controls[0])?.focus();
}

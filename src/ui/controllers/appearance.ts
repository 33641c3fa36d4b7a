/** How the pages look: as the system does, or as the owner chose. Kept in this browser, under a name that says nothing. */
export type Appearance = 'system' | 'light' | 'dark';

const key = 'appearance';

/** What the owner chose in this browser; `system` when nothing was chosen or storage is forbidden. */
export function storedAppearance(): Appearance {
  try {
    const stored = localStorage.getItem(key);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system'; // Storage may be forbidden; the system's look is always there.
  }
}

/** Shows the appearance at once and keeps it for the next page. */
export function setAppearance(appearance: Appearance): void {
  const { dataset } = document.documentElement;
  if (appearance === 'system') delete dataset['theme'];
  else dataset['theme'] = appearance;
  try {
    if (appearance === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, appearance);
  } catch {
    // It holds for this page then.
  }
}

import { css } from 'lit';

/**
 * Every colour, size and time on the pages is one of these, named for its role. `light-dark()` picks by
 * `color-scheme`: the system's, or the one `data-theme` sets. A page that embeds an element sets its own
 * values on the element.
 */
const declarations = css`
  /* Ground and surfaces: a warm neutral scale. Surfaces are told apart by tone and a hairline, never by shadow. */
  --canvas: light-dark(#f6f3ee, #151311);
  --surface: light-dark(#fffefc, #1d1a18);
  --surface-sunken: light-dark(#f8f5f0, #191715);
  --surface-hover: light-dark(#faf7f2, #221f1c);
  --surface-raised: light-dark(#fffefc, #262320);
  --tile: light-dark(#f0ebe3, #2a2622);

  --line: light-dark(#e6dfd5, #322d29);
  --line-strong: light-dark(#d3cabd, #453f39);
  --line-control: light-dark(#8c8273, #857b6e);

  /* Ink: three strengths; the weakest is still AA on every ground above. */
  --ink: light-dark(#211d19, #f3efe9);
  --ink-muted: light-dark(#554d44, #c0b8ad);
  --ink-faint: light-dark(#6e6559, #a1988c);

  /* The one accent. It means: live, yours, go on. */
  --accent: light-dark(#10605a, #78c2b6);
  --accent-hover: light-dark(#0a4c47, #98dacf);
  --accent-soft: light-dark(#e3eeea, #18302c);
  --accent-line: light-dark(#b9d5cd, #2b5049);
  --on-accent: light-dark(#ffffff, #0b2421);

  /* Ending. Quiet until it is asked for. */
  --danger: light-dark(#a3311f, #f19a88);
  --danger-solid: light-dark(#a3311f, #d65f49);
  --danger-solid-hover: light-dark(#862416, #e2745f);
  --danger-soft: light-dark(#faeae5, #351d18);
  --danger-line: light-dark(#e6bfb5, #5e3229);
  --on-danger: light-dark(#ffffff, #1c0b07);

  /* Asks for the owner's eyes, never for alarm. */
  --attention: light-dark(#7a5000, #ecc878);
  --attention-soft: light-dark(#fbf2df, #2a2313);
  --attention-line: light-dark(#e8d4a6, #51441f);

  --focus: light-dark(#10605a, #78c2b6);
  --scrim: light-dark(rgb(43 36 28 / 0.42), rgb(0 0 0 / 0.62));

  /* Space: 4 px steps, eight of them. */
  --space-1: 0.25rem;
  --space-2: 0.5rem;
  --space-3: 0.75rem;
  --space-4: 1rem;
  --space-5: 1.5rem;
  --space-6: 2rem;
  --space-7: 3rem;
  --space-8: 4rem;

  /* Type: the reader's own system face; five sizes, two weights. */
  --font-text: -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Adwaita Sans", Inter, Ubuntu, "Noto Sans",
    "Liberation Sans", Arial, sans-serif;
  --font-code: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Roboto Mono", "Adwaita Mono",
    "Liberation Mono", monospace;
  --text-xs: 0.75rem;
  --text-sm: 0.8125rem;
  --text-md: 0.9375rem;
  --text-lg: 1.1875rem;
  --text-xl: 1.875rem;
  --leading-tight: 1.2;
  --leading-text: 1.45;
  --weight-text: 400;
  --weight-strong: 600;

  --radius-mark: 0.25rem;
  --radius-control: 0.5rem;
  --radius-surface: 0.875rem;
  --radius-dialog: 1.125rem;
  --radius-round: 999px;

  /* Only what floats casts a shadow. */
  --shadow-menu: 0 1px 2px light-dark(rgb(43 36 28 / 0.08), rgb(0 0 0 / 0.4)),
    0 8px 24px light-dark(rgb(43 36 28 / 0.12), rgb(0 0 0 / 0.45));
  --shadow-dialog: 0 2px 6px light-dark(rgb(43 36 28 / 0.1), rgb(0 0 0 / 0.4)),
    0 24px 64px light-dark(rgb(43 36 28 / 0.22), rgb(0 0 0 / 0.6));

  --motion-quick: 120ms;
  --motion-calm: 220ms;
  --ease: cubic-bezier(0.2, 0, 0, 1);

  --control: 2.25rem;
  --hairline: 1px;
  --page: 72rem;
  --read: 40rem;
`;

const coarse = css`
  --control: 2.75rem;
`;

const calm = css`
  --motion-quick: 0ms;
  --motion-calm: 0ms;
`;

const contrast = css`
  --ink-muted: var(--ink);
  --ink-faint: light-dark(#4a433b, #d6cfc5);
  --line: var(--line-control);
  --line-strong: var(--line-control);
`;

/** For the shadow root of an element that stands by itself. */
export const hostTokens = css`
  :host { ${declarations} }
  @media (pointer: coarse) { :host { ${coarse} } }
  @media (prefers-reduced-motion: reduce) { :host { ${calm} } }
  @media (prefers-contrast: more) { :host { ${contrast} } }
`;

/** For the document of a page. */
export const pageTokens = css`
  :root { color-scheme: light dark; ${declarations} }
  :root[data-theme="light"] { color-scheme: light; }
  :root[data-theme="dark"] { color-scheme: dark; }
  @media (pointer: coarse) { :root { ${coarse} } }
  @media (prefers-reduced-motion: reduce) { :root { ${calm} } }
  @media (prefers-contrast: more) { :root { ${contrast} } }
`;

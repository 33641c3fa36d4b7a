import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { IconName } from '../model/icon-names.ts';

/** Drawn on a grid of 24 with a stroke of 1.75 and round ends. */
const drawings: Record<IconName, SVGTemplateResult> = {
  laptop: svg`<rect x="4.5" y="5" width="15" height="10.5" rx="1.75"/><path d="M2.5 19h19"/>`,
  desktop: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M12 16v4M8.5 20h7"/>`,
  phone: svg`<rect x="7" y="2.75" width="10" height="18.5" rx="2.25"/><path d="M10.75 18h2.5"/>`,
  tablet: svg`<rect x="4.75" y="2.75" width="14.5" height="18.5" rx="2.25"/><path d="M10.5 18h3"/>`,
  terminal: svg`<rect x="3" y="4.25" width="18" height="15.5" rx="2.25"/><path d="m7 9.25 3 2.75-3 2.75M12.75 15H17"/>`,
  tv: svg`<rect x="2.75" y="7" width="18.5" height="12" rx="2"/><path d="m8.25 3 3.75 4 3.75-4M8.5 21.75h7"/>`,
  app: svg`<rect x="4" y="4" width="6.75" height="6.75" rx="1.75"/><rect x="13.25" y="4" width="6.75" height="6.75" rx="1.75"/><rect x="4" y="13.25" width="6.75" height="6.75" rx="1.75"/><circle cx="16.625" cy="16.625" r="3.375"/>`,
  bot: svg`<rect x="4.5" y="8.5" width="15" height="11" rx="2.75"/><path d="M12 8.5V5.25M9.25 13.25v1.5M14.75 13.25v1.5M1.75 12.75v2.5M22.25 12.75v2.5"/><circle cx="12" cy="4" r="1.125"/>`,
  unknown: svg`<circle cx="12" cy="12" r="9"/><path d="M9.5 9.6a2.55 2.55 0 1 1 3.75 2.25c-.8.42-1.25 1-1.25 1.9M12 16.9v.01"/>`,
  logout: svg`<path d="M13.5 4.25H7A2.25 2.25 0 0 0 4.75 6.5v11A2.25 2.25 0 0 0 7 19.75h6.5M16.5 8.25 20.25 12l-3.75 3.75M20 12h-9.5"/>`,
  shield: svg`<path d="M12 2.9 19.25 5.6v5.5c0 4.6-2.95 8.1-7.25 9.95C7.7 19.2 4.75 15.7 4.75 11.1V5.6z"/><path d="m8.75 11.75 2.3 2.3 4.2-4.3"/>`,
  key: svg`<circle cx="7.75" cy="16.25" r="4"/><path d="m10.6 13.4 9.15-9.15M16.25 7.75l2.75 2.75M13.4 10.6l1.9 1.9"/>`,
  clock: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7v5.25l3.25 2"/>`,
  pin: svg`<path d="M12 21.25c-4-3.9-6.75-7.2-6.75-11a6.75 6.75 0 0 1 13.5 0c0 3.8-2.75 7.1-6.75 11z"/><circle cx="12" cy="10.25" r="2.5"/>`,
  pencil: svg`<path d="m4.25 19.75.95-4.3L16 4.75a1.77 1.77 0 0 1 2.5 0l.75.75a1.77 1.77 0 0 1 0 2.5L8.5 18.75zM14 6.75 17.25 10"/>`,
  check: svg`<path d="m4.75 12.5 4.75 4.75L19.5 7"/>`,
  warning: svg`<path d="M10.4 4.1 2.9 17.2A1.85 1.85 0 0 0 4.5 20h15a1.85 1.85 0 0 0 1.6-2.8L13.6 4.1a1.85 1.85 0 0 0-3.2 0zM12 9.25v4M12 16.6v.01"/>`,
  chevron: svg`<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>`,
  download: svg`<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11.25" height="11.25" rx="2"/><path d="M15.5 8.5V6.25a2 2 0 0 0-2-2H6.25a2 2 0 0 0-2 2v7.25a2 2 0 0 0 2 2H8.5"/>`,
  pause: svg`<path d="M9 6v12M15 6v12"/>`,
  refresh: svg`<path d="M19.25 12a7.25 7.25 0 1 1-2.2-5.2L19.5 9.2M19.5 4.5v4.7h-4.7"/>`,
  eye: svg`<path d="M2.75 12c2.3-4.3 5.4-6.5 9.25-6.5s6.95 2.2 9.25 6.5c-2.3 4.3-5.4 6.5-9.25 6.5S5.05 16.3 2.75 12z"/><circle cx="12" cy="12" r="2.75"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.75 20c.5-3.7 3.3-6 7.25-6s6.75 2.3 7.25 6"/>`,
};

/** An icon. Always hidden from assistive technology: the text beside it carries the meaning. */
export function icon(name: IconName, size: 'small' | 'normal' | 'large' = 'normal'): TemplateResult {
  const classes = size === 'normal' ? 'icon' : `icon icon--${size}`;
  return html`<svg class=${classes} viewBox="0 0 24 24" aria-hidden="true">${drawings[name]}</svg>`;
}

/** The mark of the product: a roll of names, the first of which answered. */
export function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round"><g class="mark__first"><circle cx="4.5" cy="6" r="2.5" fill="currentColor" stroke="none"/><path d="M10.5 6h11"/></g><path d="M4.5 12.25v.01M4.5 18.5v.01M10.5 12.25h8.5M10.5 18.5h5.5" opacity=".9"/></svg>`;
}

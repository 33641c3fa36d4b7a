import { css } from 'lit';
import { base } from './base.ts';
import { form } from './form.ts';
import { shell } from './shell.ts';
import { pageTokens } from './tokens.ts';

/** The style sheet of a page's document: its ground, and what a page without script needs. */
export const pageStyles = css`
  ${pageTokens}
  ${base}
  ${shell}
  ${form}
  html { background: var(--canvas); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-block: var(--space-5); }
  body { margin: 0; color: var(--ink); font: var(--weight-text) var(--text-md) / var(--leading-text) var(--font-text); font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased; overflow-wrap: break-word; }
  #content:focus { outline: none; }
  .plain { padding: var(--space-6); }
`;

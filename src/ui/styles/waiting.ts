import { css } from 'lit';

/** Skeleton, empty and error: three different things. */
export const waiting = css`
.bone { border-radius: var(--radius-mark); background: var(--tile); block-size: 0.75rem; animation: breathe 1600ms ease-in-out infinite alternate; }
@keyframes breathe { to { opacity: 0.5; } }
.blank { display: grid; justify-items: start; gap: var(--space-2); padding: var(--space-6) var(--space-5); }
.blank .tile { margin-block-end: var(--space-2); }
.blank p { color: var(--ink-muted); max-inline-size: var(--read); }
.blank__acts { display: flex; flex-wrap: wrap; gap: var(--space-2); margin-block-start: var(--space-3); }

.bones { display: grid; gap: var(--space-2); }
.bones--row { display: grid; grid-template-columns: 2.5rem minmax(0, 1fr) minmax(0, 1fr) 5rem; gap: var(--space-4); align-items: center; padding: 0.8125rem var(--space-4); }
.bones--row + .bones--row { border-block-start: var(--hairline) solid var(--line); }
.bones--top { display: flex; gap: var(--space-4); align-items: center; padding: var(--space-4); }
.bones--facts { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-4); padding: var(--space-4); border-block-start: var(--hairline) solid var(--line); }
.bone--tile { inline-size: 2.5rem; block-size: 2.5rem; border-radius: 0.625rem; }
.bone--large { inline-size: 3.25rem; block-size: 3.25rem; border-radius: var(--radius-surface); }
.bone--act { block-size: 2.25rem; border-radius: var(--radius-control); }
.bone--long { inline-size: 62%; }
.bone--short { inline-size: 40%; }
.bones--top .bones { flex: 1; }
.bones--top .bone--long { max-inline-size: 9rem; }
.bones--top .bone--short { max-inline-size: 7rem; }
.slow { margin-block-end: var(--space-4); }

@media (width < 40rem) {
  .bones--row { grid-template-columns: 2.5rem minmax(0, 1fr) 4rem; }
  .bones--row > :nth-child(3) { display: none; }
  .bones--facts { grid-template-columns: minmax(0, 1fr); }
}
`;

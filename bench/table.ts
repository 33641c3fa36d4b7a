import type { Results, Row } from './results.ts';
import { type Spread, threeDigits } from './statistics.ts';
import { type Aim, own } from './subjects.ts';

const headings = ['one check of a session', 'sessions', 'CPU µs', '', 'wall µs', '', 'CPU ratio', '', 'aim'];

/** The results for a terminal: the table, the ratios in words, the commits, the conditions. */
export function describeResults(results: Results): string {
  const { conditions, rows, touchCommits } = results;
  const { checks, inside } = touchCommits;
  return [
    ...align([headings, ...rows.map(cellsOf)]),
    '',
    ...rows.filter(({ name }) => name !== own).map(sentenceOf),
    `${checks.toLocaleString('en')} verifies inside the touch interval caused ${inside} commits.`,
    '',
    `${rows[0]?.rounds.length ?? 0} rounds, interleaved; median, then lowest and highest. Node.js ${conditions.node},`,
    `${conditions.cores} cores of ${conditions.processor}, load ${conditions.loadBefore.toFixed(1)} before and ${conditions.loadAfter.toFixed(1)} after.`,
  ].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  return [
    row.title,
    row.sessions.toLocaleString('en'),
    threeDigits(row.cpuUs.median),
    rangeOf(row.cpuUs),
    threeDigits(row.wallUs.median),
    rangeOf(row.wallUs),
    threeDigits(row.ratio.median),
    rangeOf(row.ratio),
    aimOf(row),
  ];
}

function rangeOf({ lowest, highest }: Spread): string {
  return `${threeDigits(lowest)}–${threeDigits(highest)}`;
}

function aimOf({ aim, isAimMet }: Row): string {
  if (aim === null) return '';
  return `${boundOf(aim)} ${isAimMet ? 'met' : 'missed'}`;
}

/** As a bound on the ratio beside it. */
function boundOf(aim: Aim): string {
  if ('settingAtMost' in aim) return `≤ ${aim.settingAtMost}`;
  return 'atLeast' in aim ? `≥ ${aim.atLeast}` : `≥ ${(1 / aim.atMost).toFixed(1)}`;
}

function sentenceOf({ title, ratio }: Row): string {
  return ratio.median >= 1
    ? `Rollcall is ${threeDigits(ratio.median)} times cheaper (CPU) than: ${title}`
    : `Rollcall is ${threeDigits(1 / ratio.median)} times dearer (CPU) than: ${title}`;
}

/** Text to the left in the first column and in ranges, numbers to the right. */
function align(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return [0, 3, 5, 7, 8].includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

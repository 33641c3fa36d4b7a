import { milliseconds, quantile } from './figures.ts';
import type { OrdealReport } from './ordeal.ts';

const headings = [
  'fault',
  's',
  'times',
  'operations',
  'log-outs',
  'rotations',
  'refused',
  '503',
  'no answer',
  'p50 ms',
  'p99 ms',
  'recovery ms',
  'violations',
] as const;

/** A table by kind of fault with a sum below; figures to the right. */
export function summaryOf(reports: readonly OrdealReport[]): string {
  const rows = [[...headings], ...reports.map(rowOf), sumOf(reports)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}

function rowOf({ fault, seconds, strikes, counts, recoveryMs }: OrdealReport): readonly string[] {
  const { operations, logOuts, rotations, refused, unavailable, unknown, logOutMs, violations } = counts;
  const figures = [operations, logOuts, rotations, refused, unavailable, unknown].map(count);
  const times = [quantile(logOutMs, 0.5), quantile(logOutMs, 0.99), recoveryMs].map(milliseconds);
  return [fault, seconds.toFixed(0), count(strikes), ...figures, ...times, count(violations.length)];
}

function sumOf(reports: readonly OrdealReport[]): readonly string[] {
  const sum = (figure: (report: OrdealReport) => number): number =>
    reports.reduce((total, report) => total + figure(report), 0);
  const all = reports.flatMap(({ counts }) => counts.logOutMs);
  return [
    'all',
    sum(({ seconds }) => seconds).toFixed(0),
    count(sum(({ strikes }) => strikes)),
    ...(['operations', 'logOuts', 'rotations', 'refused', 'unavailable', 'unknown'] as const).map((name) =>
      count(sum(({ counts }) => counts[name])),
    ),
    milliseconds(quantile(all, 0.5)),
    milliseconds(quantile(all, 0.99)),
    milliseconds(Math.max(0, ...reports.map(({ recoveryMs }) => recoveryMs))),
    count(sum(({ counts }) => counts.violations.length)),
  ];
}

function count(value: number): string {
  return value.toLocaleString('en');
}

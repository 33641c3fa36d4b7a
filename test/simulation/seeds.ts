/**
 * Runs many seeds in a process of their own and prints what became of them as one line of JSON:
 * `node test/simulation/seeds.ts 1 500`, or `… 1 500 finality` to stop at the first that breaks the promise.
 */
import { runSeeds } from './many.ts';

const [first, last] = process.argv.slice(2, 4).map(Number);
const isHunt = process.argv[4] === 'finality';
const options = isHunt ? ({ maxFailures: 1, kind: 'finality' } as const) : {};
const { seeds, failures, coverage } = await runSeeds(first ?? 1, last ?? 100, options);
console.log(JSON.stringify({ seeds, failures, counts: coverage.counts }));

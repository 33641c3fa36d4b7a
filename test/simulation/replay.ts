import { runSeed } from './run.ts';

/** Runs one seed and prints what happened: `node test/simulation/replay.ts 17`. */
const seed = Number(process.argv[2] ?? '1');
const { violations, coverage, events } = await runSeed(seed, { trace: console.log });
console.log(`\n${coverage.describe()}\n\nseed ${seed}: ${events} events, ${violations.length} violations`);
for (const { kind, sentence } of violations) console.log(`${kind}: ${sentence}`);
process.exitCode = violations.length === 0 ? 0 : 1;

import type { Finality } from './ports.ts';

/** The finality of one process with a store of its own: memory is exact, and a commit is final at once (design 7, rule 12). */
export const singleProcess: Finality = {
  mayAnswerFromMemory: () => true,
  mayAnswerFromStore: () => true,
  settled: () => Promise.resolve(),
};

import type { Coverage } from './coverage.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';

/** What all parts of one run share. */
export interface World {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly climate: Climate;
  readonly coverage: Coverage;
  /** Writes one line of the trace; the text is only made when someone wants it. */
  note(line: () => string): void;
}

/** How bad everything is all the time. Milliseconds and probabilities; drawn anew for each seed. */
export interface Climate {
  /** A message between a node and the database normally takes half to three times as long. */
  delayMs: number;
  /** The part of the messages that takes up to `lateMs`. */
  lateChance: number;
  lateMs: number;
  /** The part of the messages that never arrives. */
  lossChance: number;
  /** The part of the requests that take effect twice. */
  doubleChance: number;
  /** The part of the notifications that never arrives. */
  lostWakeChance: number;
  /** The longest time a commit takes to reach the disk. */
  commitMs: number;
  /** The part of the requests that the database leaves lying half done for up to `lingerMs`, locks held. */
  lingerChance: number;
  lingerMs: number;
  /** How long a node's store waits for the database before it gives up. */
  readonly patienceMs: number;
}

/** The climate of a seed. */
export function climateOf(dice: Dice): Climate {
  const isStormy = dice.chance(0.5);
  return {
    delayMs: dice.pick([0.2, 1, 5, 20]),
    lateChance: isStormy ? dice.between(0, 0.08) : 0,
    lateMs: dice.pick([30, 300, 1_500, 2_500]),
    lossChance: isStormy ? dice.between(0, 0.05) : 0,
    doubleChance: isStormy ? dice.between(0, 0.2) : 0,
    lostWakeChance: dice.pick([0, 0.3, 1]),
    commitMs: dice.pick([0, 2, 30]),
    lingerChance: dice.pick([0, 0, 0.05, 0.2]),
    lingerMs: dice.pick([30, 300, 900]),
    patienceMs: dice.pick([400, 700, 1_200]),
  };
}

/** Ends the bad weather: what is sent from now on arrives soon and once. */
export function calm(climate: Climate): void {
  const fine = {
    delayMs: 0.3,
    lateChance: 0,
    lossChance: 0,
    doubleChance: 0,
    lostWakeChance: 0,
    lingerChance: 0,
    commitMs: 1,
  };
  Object.assign(climate, fine);
}

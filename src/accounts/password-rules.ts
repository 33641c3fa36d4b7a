import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as commonDictionary } from '@zxcvbn-ts/language-common';
import { dictionary as englishDictionary } from '@zxcvbn-ts/language-en';
import { characterCount, longestPassword, passwordText } from './password-text.ts';

/** NIST SP 800-63B-4, 3.1.1.2: the only factor, or one of two. In code points. */
const minimumLengths = { alone: 15, withSecondFactor: 8 } as const;

/**
 * Fewer guesses than these make a password common. The throttle lets a patient attacker try half a million a year:
 * alone, a password must outlast a century of that; beside a second factor, a year.
 */
const fewestGuesses = { alone: 1e8, withSecondFactor: 1e6 } as const;

/** Scoring grows with the square of the length; what comes later can only make a password stronger. */
const scoredCharacters = 100;
const shortestForbiddenName = 4;
const serviceWord = 'rollcall';

export type PasswordScore = 0 | 1 | 2 | 3 | 4;

/** `invalid_request` is a text that no password can be: half of a surrogate pair. */
export type PasswordRefusalCode =
  | 'invalid_request'
  | 'password_too_short'
  | 'password_too_long'
  | 'password_common'
  | 'password_contains_email';

export interface PasswordCandidate {
  readonly password: string;
  /** As typed; need not be a valid address yet. */
  readonly email: string;
  readonly hasSecondFactor: boolean;
}

export interface PasswordJudgement {
  /** For the meter: zxcvbn's 0 (guessed at once) to 4; at most 2 for a refused password. */
  readonly score: PasswordScore;
  /** Null when the password may be used. The detail is one plain sentence for its owner and never holds the password. */
  readonly refusal: { readonly code: PasswordRefusalCode; readonly detail: string } | null;
  /** Code points: 15, or 8 with a second factor. */
  readonly minimumLength: number;
}

/** What is known about how soon a text is guessed. */
export interface GuessEstimate {
  readonly score: PasswordScore;
  readonly guesses: number;
  /** The kinds of pattern the text falls into, in order. */
  readonly patterns: readonly string[];
  /** Whether the whole text is an entry of a dictionary, case and simple substitutions aside. */
  readonly isListed: boolean;
}
export type GuessEstimator = (text: string) => GuessEstimate;

/** `judgePassword` with the dictionaries. Worst case about 60 ms, for 100 unusual characters. */
export interface PasswordJudge {
  judge(candidate: PasswordCandidate): PasswordJudgement;
}

/** Loads the common and English dictionaries (some 35 MB, about half a second); one per process. Needs no network. */
export function createPasswordJudge(): PasswordJudge {
  const estimate = createGuessEstimator();
  return { judge: (candidate) => judgePassword(candidate, estimate) };
}

/**
 * Whether a password may be used, and why not: length first, then the names it must not contain, then how soon it is
 * guessed. There are no composition rules (NIST SP 800-63B-4, 3.1.1.2). Pure.
 */
export function judgePassword(candidate: PasswordCandidate, estimate: GuessEstimator): PasswordJudgement {
  const kind = candidate.hasSecondFactor ? 'withSecondFactor' : 'alone';
  const minimumLength = minimumLengths[kind];
  const text = passwordText(candidate.password);
  if (text === null) return { score: 0, refusal: unfit(candidate.password), minimumLength };
  const guess = estimate(firstCharacters(text));
  const refusal =
    tooShort(text, minimumLength) ?? naming(text, candidate.email) ?? common(guess, fewestGuesses[kind]);
  const score = refusal === null || guess.score < 2 ? guess.score : 2;
  return { score, refusal, minimumLength };
}

type Refusal = NonNullable<PasswordJudgement['refusal']>;

function unfit(password: string): Refusal {
  return password.isWellFormed()
    ? { code: 'password_too_long', detail: `Use at most ${longestPassword} characters.` }
    : { code: 'invalid_request', detail: 'The password contains half of a character; type it again.' };
}

function tooShort(text: string, minimumLength: number): Refusal | null {
  const length = characterCount(text);
  if (length >= minimumLength) return null;
  const detail = `Use at least ${minimumLength} characters; there are ${length} so far.`;
  return { code: 'password_too_short', detail };
}

function naming(text: string, email: string): Refusal | null {
  const folded = text.toLowerCase();
  if (namesOf(email).some((name) => folded.includes(name))) {
    return { code: 'password_contains_email', detail: 'The password contains your e-mail name.' };
  }
  if (!folded.includes(serviceWord)) return null;
  return { code: 'password_common', detail: 'The password contains the name of this service.' };
}

/** What of an address must not be in a password: all of it, its local part, and that without its "+tag". */
function namesOf(email: string): readonly string[] {
  const address = email.slice(0, 1024).normalize('NFC').trim().toLowerCase();
  const at = address.lastIndexOf('@');
  const local = at < 0 ? address : address.slice(0, at);
  const base = local.split('+', 1).join('');
  return [address, local, base].filter((name) => characterCount(name) >= shortestForbiddenName);
}

function common(guess: GuessEstimate, fewest: number): Refusal | null {
  if (!guess.isListed && guess.guesses >= fewest) return null;
  return { code: 'password_common', detail: reasonOf(guess) };
}

function reasonOf(guess: GuessEstimate): string {
  const isAll = (...kinds: readonly string[]) => guess.patterns.every((pattern) => kinds.includes(pattern));
  if (guess.isListed) return 'The password is on the lists that attackers try first.';
  if (isAll('repeat')) return 'The password only repeats one part of itself, which is tried first.';
  if (isAll('sequence', 'spatial', 'wordSequence', 'repeat')) {
    return 'The password is only a sequence or a row of neighbouring keys, which is tried first.';
  }
  return 'The password is made of words and patterns that are tried first.';
}

function createGuessEstimator(): GuessEstimator {
  const dictionary: Record<string, string[]> = { ...commonDictionary, ...englishDictionary };
  const listed = listedSkeletons(Object.values(dictionary));
  // Two substitutions: more multiply the time (1.6 s at the default of 100); the skeletons cover whole passwords.
  const meter = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions: 2 });
  return (text) => {
    const { score, guesses, sequence } = meter.check(text);
    const patterns = sequence.map((match) => match.pattern);
    return { score, guesses, patterns, isListed: listed.has(skeletonOf(text)) };
  };
}

/** Entries that no minimum length refuses already. */
function listedSkeletons(lists: readonly (readonly string[])[]): ReadonlySet<string> {
  const skeletons = new Set<string>();
  for (const list of lists) {
    for (const word of list) {
      if (word.length >= minimumLengths.withSecondFactor) skeletons.add(skeletonOf(word));
    }
  }
  return skeletons;
}

const lookAlikes = new Map(
  Object.entries({
    a: '4@',
    b: '8',
    c: '([{<',
    e: '3',
    g: '69',
    i: '1!|l',
    o: '0',
    s: '5$',
    t: '7+',
    z: '2',
  }).flatMap(([letter, signs]) => [...signs].map((sign) => [sign, letter] as const)),
);

/** A text with case and simple substitutions taken away: "P4ssw0rd" and "password" have one skeleton. */
function skeletonOf(text: string): string {
  let skeleton = '';
  for (const character of text.toLowerCase()) skeleton += lookAlikes.get(character) ?? character;
  return skeleton;
}

function firstCharacters(text: string): string {
  return text.length <= scoredCharacters ? text : [...text].slice(0, scoredCharacters).join('');
}

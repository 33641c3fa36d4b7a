/**
 * One way to check a session, loaded with sessions and ready. A credential is what a request carries for it: a token, or a
 * `Cookie` header. The answer is the user's id, or null for a credential that is refused.
 */
export type Subject<Credential = string> = Loaded<Credential> &
  (
    | { readonly isSynchronous: true; check(credential: Credential): string | null }
    | { readonly isSynchronous: false; check(credential: Credential): Promise<string | null> }
  );

interface Loaded<Credential> {
  /** One for each session; the places of `userIds` are the same. */
  readonly credentials: readonly Credential[];
  readonly userIds: readonly string[];
  /** Credentials that must be refused: forged, unknown and expired ones. */
  readonly refused: readonly Credential[];
}

/** Loads a subject; the folder is its own, empty, and removed after the run. */
export type Prepare = (folder: string) => Promise<Subject>;

/** Checks in flight at once where a check is asynchronous: such peers do best, and servers work, with some company. */
const lanes = 32;

/** Checks the sessions at these places; how many were accepted. Nothing else happens here: this is what is timed. */
export function checkAll(subject: Subject, places: Uint32Array): number | Promise<number> {
  return subject.isSynchronous
    ? checkInTurn(subject.credentials, places, subject.check)
    : checkInLanes(subject.credentials, places, subject.check);
}

function checkInTurn(
  credentials: readonly string[],
  places: Uint32Array,
  check: (credential: string) => string | null,
): number {
  let accepted = 0;
  for (const place of places) {
    if (check(credentials[place] ?? '') !== null) accepted += 1;
  }
  return accepted;
}

async function checkInLanes(
  credentials: readonly string[],
  places: Uint32Array,
  check: (credential: string) => Promise<string | null>,
): Promise<number> {
  let accepted = 0;
  const waiting = places.values();
  const lane = async (): Promise<void> => {
    for (const place of waiting) {
      if ((await check(credentials[place] ?? '')) !== null) accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return accepted;
}

/** Throws unless every sampled session is answered with its own user, and everything that must be refused is. */
export async function prove(subject: Subject, places: Uint32Array): Promise<void> {
  for (const place of places) {
    const userId = await subject.check(subject.credentials[place] ?? '');
    if (userId !== subject.userIds[place]) {
      throw new Error(`session ${place} was answered with ${userId}, not ${subject.userIds[place]}`);
    }
  }
  for (const [index, credential] of subject.refused.entries()) {
    if ((await subject.check(credential)) !== null) throw new Error(`refusal ${index} was accepted`);
  }
}

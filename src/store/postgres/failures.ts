import { RollcallError } from '../../errors.ts';
import { refusedRow, unavailable } from '../failures.ts';

/** SQLSTATEs that say a lock was not to be had: nothing is wrong with the change, only with the moment. */
const lockNotAvailable = '55P03';
const deadlockDetected = '40P01';
const serializationFailure = '40001';
const lockStates: readonly string[] = [lockNotAvailable, deadlockDetected, serializationFailure];

/** The connection ends with it: the server shuts down, was told to end this session, or is damaged. */
const fatalState = /^(08|57P|25P03|25P04|F0|XX)/;

/** Classes of SQLSTATE for rows and values that break a rule of the schema. */
const dataException = '22';
const integrityViolation = '23';

/** What PostgreSQL said, without the values it named: a row's content never gets into an error. */
class ServerRefusal extends Error {
  /** The SQLSTATE. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'ServerRefusal';
    this.code = code;
  }
}

/** A failure of the driver or the server as an error of ours: `unexpected` for a refused row, else `store_unavailable`. */
export function postgresFailure(cause: unknown): RollcallError {
  if (cause instanceof RollcallError) return cause;
  const refusal = serverRefusal(cause);
  if (refusal === null) return unavailable(cause);
  const kind = refusal.code.slice(0, 2);
  if (kind === dataException || kind === integrityViolation) {
    return refusedRow('it breaks a constraint of its table', refusal);
  }
  const isLocked = lockStates.includes(refusal.code);
  return unavailable(refusal, isLocked ? 'Another change holds what this one needs.' : undefined);
}

/** The SQLSTATE behind an error, or null when the server never answered. */
export function sqlState(error: unknown): string | null {
  const refusal = error instanceof RollcallError ? error.cause : error;
  return refusal instanceof ServerRefusal ? refusal.code : null;
}

/** Whether the server answered with this error and went on with the connection. */
export function isAnswered(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && !fatalState.test(state);
}

/** Whether the change may be tried again as it is: another transaction had what it needs. */
export function isLockFailure(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && lockStates.includes(state);
}

/** The driver's error for an answer of the server: the network's have no severity. */
function serverRefusal(cause: unknown): ServerRefusal | null {
  if (!(cause instanceof Error) || !('code' in cause) || !('severity' in cause)) return null;
  const { code } = cause;
  return typeof code === 'string' ? new ServerRefusal(`${cause.message} (${code})`, code) : null;
}

/** What a transaction locks so that a decision made on what it read holds at its commit. */
export interface Lock {
  /** The same for the same lock; what a round holds it need not ask for again. */
  readonly key: string;
  readonly statement: string;
  readonly values: readonly string[];
}

/** Classes of our advisory locks; the cluster's own is "Roll" in ASCII, these follow it. */
const userClass = 0x526f6c6d;
const emailClass = 0x526f6c6e;
const throttleClass = 0x526f6c6f;
const instanceClass = 0x526f6c70;
/** Held while the schema is brought up to date. */
const migrationClass = 0x526f6c71;

/** The user, whether there is a row of it or not. All that belongs to a user is changed under this lock. */
export function lockOfUser(userId: string): Lock {
  return { key: `user ${userId}`, statement: exclusive(userClass, '$1'), values: [userId] };
}

/** The user of the session: a session never changes hands. */
export function lockOfSession(id: string): Lock {
  const statement = `${exclusive(userClass, 'user_id')} from sessions where id = $1`;
  return { key: `session ${id}`, statement, values: [id] };
}

/** The user of the pending sign-in. */
export function lockOfPendingSignIn(id: string): Lock {
  const statement = `${exclusive(userClass, 'user_id')} from pending_sign_ins where id = $1`;
  return { key: `pending ${id}`, statement, values: [id] };
}

/** The e-mail, so that whether it is taken stays so. */
export function lockOfEmail(canonicalEmail: string): Lock {
  const statement = exclusive(emailClass, '$1');
  return { key: `email ${canonicalEmail}`, statement, values: [canonicalEmail] };
}

/** The user who has the e-mail. */
export function lockOfEmailOwner(canonicalEmail: string): Lock {
  const statement = `${exclusive(userClass, 'id')} from users where canonical_email = $1`;
  return { key: `owner ${canonicalEmail}`, statement, values: [canonicalEmail] };
}

/** The bucket, whether there is a row of it or not. */
export function lockOfThrottle(key: string): Lock {
  return { key: `throttle ${key}`, statement: exclusive(throttleClass, '$1'), values: [key] };
}

/** The instance as readers of its epoch lock it: against whoever raises it, not against each other. */
export const lockOfInstanceReader: Lock = {
  key: 'instance, shared',
  statement: `select pg_advisory_xact_lock_shared(${instanceClass}, hashtext($1))`,
  values: ['epoch'],
};

/** The instance as whoever raises its epoch locks it. */
export const lockOfInstance: Lock = {
  key: 'instance',
  statement: exclusive(instanceClass, '$1'),
  values: ['epoch'],
};

/** Locks the schema of the connection's search path against every other node's migration. */
export const lockOfSchemaSql = `select pg_advisory_xact_lock(${migrationClass}, hashtext(current_schema()))`;

function exclusive(lockClass: number, name: string): string {
  return `select pg_advisory_xact_lock(${lockClass}, hashtext(${name}))`;
}

import { RollcallError } from '../../errors.ts';
import type { PostgresConnection } from './connection.ts';

/** What the server and this session's settings are, as far as the promise of a final log-out rests on them. */
export interface ServerCondition {
  readonly version: number;
  readonly is_read_only: boolean;
  readonly encoding: string;
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly schema: string | null;
  readonly may_create: boolean | null;
  readonly replicas: number;
  readonly has_synchronous_standby: boolean;
}

/** Subscribers of single tables can't take over, so they are no replicas. */
const conditionSql = `select
  current_setting('server_version_num')::integer as version,
  current_setting('default_transaction_read_only') = 'on' as is_read_only,
  current_setting('server_encoding') as encoding,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_schema() as schema,
  has_schema_privilege(current_schema(), 'create') as may_create,
  (select count(*)::integer from pg_stat_replication
    where state is distinct from 'backup'
    and pid not in (select active_pid from pg_replication_slots
      where slot_type = 'logical' and active_pid is not null)) as replicas,
  current_setting('synchronous_standby_names') <> '' as has_synchronous_standby`;

interface Requirement {
  isMet(condition: ServerCondition): boolean;
  refusal(condition: ServerCondition): string;
}

const oldestVersion = 140_000;
/** Both wait for the own disk and for that of the synchronous standbys, if there are any. */
const durable: readonly string[] = ['on', 'remote_apply'];

/** In the order of their telling: of several, the first is named. */
const requirements: readonly Requirement[] = [
  {
    isMet: ({ version }) => version >= oldestVersion,
    refusal: ({ version }) =>
      `The server is PostgreSQL ${Math.floor(version / 10_000)}; it must be 14 or newer.`,
  },
  {
    isMet: (condition) => !condition.is_read_only,
    refusal: () => 'default_transaction_read_only is on for this role, database or server; it must be off.',
  },
  {
    isMet: ({ encoding }) => encoding === 'UTF8',
    refusal: ({ encoding }) => `The encoding of the database is ${encoding}; it must be UTF8.`,
  },
  {
    isMet: ({ synchronous_commit: value }) => durable.includes(value),
    refusal: ({ synchronous_commit: value }) =>
      `synchronous_commit is ${value} for this role, database or server; it must be on, or a crash could bring back a session that was logged out.`,
  },
  {
    isMet: ({ fsync }) => fsync === 'on',
    refusal: () => 'fsync is off; it must be on, or a crash could bring back a session that was logged out.',
  },
  {
    isMet: ({ full_page_writes: value }) => value === 'on',
    refusal: () => 'full_page_writes is off; it must be on, or a crash could damage the database.',
  },
  {
    isMet: ({ schema }) => schema !== null,
    refusal: () => 'search_path names no schema that exists and that this role may use.',
  },
  {
    isMet: (condition) => condition.may_create === true,
    refusal: ({ schema }) =>
      `This role may not create tables in the schema "${schema}"; grant it CREATE there.`,
  },
];

/**
 * Checks that the server keeps what it commits; a standby doesn't get so far, `openConnection` refuses it. Throws
 * `store_unsafe` with a sentence that names the setting. What is no reason to refuse but must be said loudly comes back as
 * sentences for the operator.
 */
export async function checkServer(connection: PostgresConnection): Promise<readonly string[]> {
  const answers = await connection.simple(conditionSql);
  const condition = answers[0]?.rows[0] as ServerCondition | undefined;
  if (condition === undefined) throw new RollcallError('store_unavailable');
  const refusal = refusalOf(condition);
  if (refusal !== null) throw new RollcallError('store_unsafe', { detail: refusal });
  return warningsOf(condition);
}

/** Why the server can't be used, in one sentence, or null. */
export function refusalOf(condition: ServerCondition): string | null {
  return requirements.find((requirement) => !requirement.isMet(condition))?.refusal(condition) ?? null;
}

function warningsOf({
  replicas,
  has_synchronous_standby: hasSynchronous,
}: ServerCondition): readonly string[] {
  if (replicas === 0 || hasSynchronous) return [];
  return [
    'BEST EFFORT ONLY: the database has replicas and none is synchronous (synchronous_standby_names is empty). ' +
      'If one takes over, log-outs that were acknowledged just before can be undone. Name a synchronous standby.',
  ];
}

import type { Migration, SqlDialect } from '../migration.ts';

/** The class of the cluster's advisory locks: "Roll" in ASCII. Other classes of this program must differ. */
const lockClass = 0x526f6c6c;
/** Entries that one sweep removes at most, so that it ends within a statement's time however many there are. */
const maxSwept = 10_000;
/**
 * A node that is further behind is told that all entries are gone, and starts with an empty memory: to read them would take
 * longer than a renewal may, so the node would never be current again, and every log-out would wait for it.
 */
const maxBehind = 1_000;

/**
 * What many nodes share (design, section 7): the revocation clock and feed, the nodes, and whose secret it is.
 * PostgreSQL alone: a store of one process has nobody to tell. Every function is one transaction's whole work, so a node
 * sends one message and never holds a lock while it thinks (rule 8); all that lock are VOLATILE, so that under READ COMMITTED
 * each statement behind the lock sees what was committed before the lock was granted.
 */
export const clusterSchema: Migration = {
  name: '0002-cluster',
  statements: (dialect) => (dialect.kind === 'postgres' ? [...tables(dialect), ...functions] : []),
};

/** All logged: a database that could forget a node would let a log-out be acknowledged too early (rule 11). */
function tables({ integer, text }: SqlDialect): readonly string[] {
  return [
    `create table revocation_clock (
      id ${integer} primary key not null check (id = 1),
      sequence ${integer} not null,
      trimmed ${integer} not null,
      check (0 <= trimmed and trimmed <= sequence)
    ) with (fillfactor = 10)`,
    'insert into revocation_clock (id, sequence, trimmed) values (1, 0, 0)',
    `create table revocation_feed (
      sequence ${integer} primary key not null,
      node_id ${text} not null,
      revocations json not null
    )`,
    // Written several times a second by every node, so there is room on the page for the next version of each row.
    `create table cluster_nodes (
      node_id ${text} primary key not null,
      renewal ${integer} not null,
      applied ${integer} not null
    ) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
    `create table instance_secret (
      id ${integer} primary key not null check (id = 1),
      fingerprint ${text} not null
    )`,
  ];
}

/** Of `clock`, in one look: the entries past `through` and how far the feed is trimmed. */
const newsOfFeed = `'trimmed', case when clock.sequence - through > ${maxBehind} then clock.sequence else clock.trimmed end,
        'entries', case when clock.sequence - through > ${maxBehind} then '[]' else (
          select coalesce(json_agg(json_build_object(
            'sequence', feed.sequence, 'nodeId', feed.node_id, 'revocations', feed.revocations
          ) order by feed.sequence), '[]') from revocation_feed as feed where feed.sequence > through
        ) end`;

const functions = [
  // Notifications know no schemas: two instances in one database must not wake each other.
  pinned(
    'cluster_channel(purpose text) returns text',
    `begin
      return 'rollcall_' || purpose || '_' || to_hex(hashtext(current_schema()));
    end`,
  ),
  // The locks end with the transaction. What the promise rests on is asked of the very transaction that relies on it:
  // settings can change while a connection is open.
  pinned(
    'cluster_lock(is_exclusive boolean) returns void',
    `declare
      instance integer := hashtext(current_schema());
    begin
      if current_setting('synchronous_commit') not in ('on', 'remote_apply') then
        raise exception using errcode = 'RC001',
          message = 'synchronous_commit is ' || current_setting('synchronous_commit') || '; it must be on.';
      end if;
      if current_setting('fsync') <> 'on' then
        raise exception using errcode = 'RC001', message = 'fsync is off; it must be on.';
      end if;
      if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'RC001', message = 'The transaction is '
          || current_setting('transaction_isolation') || '; it must be read committed.';
      end if;
      if is_exclusive then
        perform pg_advisory_xact_lock(${lockClass}, instance);
      else
        perform pg_advisory_xact_lock_shared(${lockClass}, instance);
      end if;
    end`,
  ),
  // Rule 1. A wake that finds no room is left out (rule 6): it must not cost the commit.
  pinned(
    'cluster_publish(publisher text, revocations json) returns bigint',
    `declare
      raised bigint;
    begin
      perform cluster_lock(true);
      update revocation_clock set sequence = sequence + 1 where id = 1 returning sequence into strict raised;
      insert into revocation_feed values (raised, publisher, revocations);
      if pg_notification_queue_usage() < 0.5 then
        perform pg_notify(cluster_channel('wake'), publisher);
      end if;
      return raised;
    end`,
  ),
  // Null when a later renewal of the node is recorded.
  pinned(
    'cluster_join(node text, number bigint) returns bigint',
    `declare
      reached bigint;
    begin
      perform cluster_lock(false);
      select sequence into strict reached from revocation_clock where id = 1;
      insert into cluster_nodes as known values (node, number, reached)
        on conflict (node_id) do update set renewal = excluded.renewal, applied = excluded.applied
        where known.renewal < excluded.renewal;
      return case when found then reached end;
    end`,
  ),
  // Rule 2. Null when the node must join again: it is missing, a later renewal of it is recorded, the one it had confirmed
  // is not, or it has applied more than there is; the last two mean that the database lost commits.
  pinned(
    'cluster_renew(node text, number bigint, through bigint, confirmed bigint) returns bigint',
    `declare
      reached bigint;
    begin
      perform cluster_lock(false);
      select sequence into strict reached from revocation_clock where id = 1;
      update cluster_nodes set renewal = number, applied = greatest(applied, through)
        where node_id = node and renewal < number and renewal >= confirmed and through <= reached;
      return case when found then reached end;
    end`,
  ),
  // The rest of a renewal's answer, in one snapshot. It may be large, and a reply that doesn't get through must not hold
  // the lock: so it is read behind the renewal's commit. What was committed since may put `trimmed` past the renewal's
  // sequence; memory is emptied then, and the next renewal brings those entries. Null for a renewal that was not recorded.
  pinned(
    'cluster_news(node text, number bigint, through bigint) returns json',
    `begin
      return (select json_build_object(
        ${newsOfFeed},
        'nodes', cluster_census()
      ) from revocation_clock as clock
        where clock.id = 1
        and exists (select from cluster_nodes where node_id = node and renewal >= number));
    end`,
  ),
  // What a node that was woken reads: one look, so one snapshot, and numbers commit in order. It grants nothing.
  pinned(
    'cluster_feed(through bigint) returns json',
    `begin
      return (select json_build_object(
        'sequence', clock.sequence,
        ${newsOfFeed}
      ) from revocation_clock as clock where clock.id = 1);
    end`,
    'stable',
  ),
  // What a node has applied beside its renewals. Not for one the database has forgotten something of. Its commit does not
  // wait for the disk: what a crash takes back makes others wait longer, never shorter.
  pinned(
    'cluster_confirm(node text, through bigint, confirmed bigint) returns void',
    `begin
      perform set_config('synchronous_commit', 'off', true);
      update cluster_nodes set applied = through
        where node_id = node and applied < through and renewal >= confirmed
        and through <= (select sequence from revocation_clock where id = 1);
    end`,
  ),
  pinned(
    'cluster_census() returns json',
    `begin
      return (select coalesce(json_agg(json_build_object(
        'nodeId', node_id, 'renewal', renewal, 'applied', applied
      ) order by node_id), '[]') from cluster_nodes);
    end`,
    'stable',
  ),
  // Rule 7: only if it stood still.
  pinned(
    'cluster_remove(node text, number bigint) returns boolean',
    `begin
      perform cluster_lock(true);
      delete from cluster_nodes where node_id = node and renewal = number;
      return found;
    end`,
  ),
  // A node that answers nothing any more: nobody can be waiting in vain, so it takes no lock.
  pinned(
    'cluster_leave(node text) returns void',
    `begin
      delete from cluster_nodes where node_id = node;
    end`,
  ),
  // Rule 10. What every node has applied, nobody asks for again; without nodes that is all there is.
  pinned(
    'cluster_trim() returns void',
    `begin
      perform cluster_lock(false);
      update revocation_clock set trimmed = coalesce((select min(applied) from cluster_nodes), sequence)
        where id = 1 and trimmed < coalesce((select min(applied) from cluster_nodes), sequence);
    end`,
  ),
  // Removes what was trimmed, in a transaction of its own: without the lock, however long it takes.
  pinned(
    'cluster_sweep() returns void',
    `begin
      delete from revocation_feed where sequence in (
        select sequence from revocation_feed
          where sequence <= (select trimmed from revocation_clock where id = 1)
          order by sequence limit ${maxSwept} for update skip locked
      );
    end`,
  ),
];

/**
 * A function that works on the tables of the schema it is made in, whatever the caller's `search_path` says: nothing that
 * another role puts into another schema, or into its temporary one, can take their place. Bodies go through `format`, so a
 * percent sign would have to be doubled.
 */
function pinned(signature: string, body: string, volatility: 'volatile' | 'stable' = 'volatile'): string {
  const definition = `create function %1$I.${signature} language plpgsql ${volatility}
    set search_path = %1$I, pg_temp as $body$ ${body} $body$`;
  return `do $do$ begin execute format($text$ ${definition} $text$, current_schema()); end $do$`;
}

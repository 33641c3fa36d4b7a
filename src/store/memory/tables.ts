import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import type { HistoryEvent } from '../../engine/events.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../engine/session.ts';
import type { Ledger } from '../rounds.ts';
import { StagedTable } from './staged-table.ts';

export interface RecoveryCode {
  readonly userId: string;
  readonly digest: string;
  readonly usedAt: number | null;
}

/** Everything the memory store holds. Each table is keyed by its id unless said otherwise. */
export interface Tables {
  readonly sessions: StagedTable<SessionRecord>;
  readonly devices: StagedTable<DeviceRecord>;
  /** By user. */
  readonly standings: StagedTable<Standing>;
  /** One row, at `instanceKey`. */
  readonly instance: StagedTable<{ readonly epoch: number }>;
  readonly history: StagedTable<HistoryEvent>;
  /** Grouped by canonical e-mail. */
  readonly users: StagedTable<UserRecord>;
  /** By user. */
  readonly totp: StagedTable<TotpRecord>;
  /** By `recoveryKey`. */
  readonly recoveryCodes: StagedTable<RecoveryCode>;
  readonly pendingSignIns: StagedTable<PendingSignIn>;
  readonly throttles: StagedTable<ThrottleRecord>;
}

export const instanceKey = 'instance';

/** The key of a recovery code: the same digest may be of several users. */
export function recoveryKey(userId: string, digest: string): string {
  return `${userId} ${digest}`;
}

/** The tables of a store that holds nothing. */
export function emptyTables(): Tables {
  const byUser = (row: { readonly userId: string }): string => row.userId;
  const together = (): string => '';
  return {
    sessions: new StagedTable<SessionRecord>(byUser),
    devices: new StagedTable<DeviceRecord>(byUser),
    standings: new StagedTable(together),
    instance: new StagedTable(together),
    history: new StagedTable<HistoryEvent>(byUser),
    users: new StagedTable((user) => user.canonicalEmail),
    totp: new StagedTable<TotpRecord>(byUser),
    recoveryCodes: new StagedTable<RecoveryCode>(byUser),
    pendingSignIns: new StagedTable<PendingSignIn>(byUser),
    throttles: new StagedTable(together),
  };
}

/** Memory has no commit that can fail, so each change is published as soon as it is kept. */
export function memoryLedger(tables: Tables): Ledger {
  const each = (act: (table: { publish(): void; discard(): void }) => void) => () => {
    for (const table of Object.values(tables)) act(table);
  };
  const nothing = (): void => undefined;
  return {
    begin: nothing,
    save: nothing,
    keep: each((table) => table.publish()),
    undo: each((table) => table.discard()),
    commit: nothing,
    abort: each((table) => table.discard()),
  };
}

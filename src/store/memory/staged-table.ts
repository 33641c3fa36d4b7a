/** The rows of a table as one side sees them. */
export interface View<Row> {
  get(key: string): Row | null;
  /** The rows of one group (see `StagedTable`), in no order. */
  of(group: string): Row[];
  all(): Iterable<Row>;
}

/**
 * Rows by key with one change staged on top: `committed` shows what is published, `current` what the change sees.
 * Rows are grouped by `groupOf`, which must not change for a key.
 */
export class StagedTable<Row extends object> {
  readonly committed: View<Row>;
  readonly current: View<Row>;
  readonly #rows = new Map<string, Row>();
  /** null stands for a removed row. */
  readonly #staged = new Map<string, Row | null>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #groupOf: (row: Row) => string;

  constructor(groupOf: (row: Row) => string) {
    this.#groupOf = groupOf;
    this.committed = this.#view((key) => this.#rows.get(key) ?? null);
    this.current = this.#view((key) => this.#currentRow(key));
  }

  put(key: string, row: Row): void {
    this.#staged.set(key, row);
    const group = this.#groupOf(row);
    const keys = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, keys.add(key));
  }

  remove(key: string): void {
    const staged = this.#staged.get(key) ?? null;
    if (staged !== null && !this.#rows.has(key)) this.#ungroup(key, staged);
    this.#staged.set(key, null);
  }

  publish(): void {
    for (const [key, row] of this.#staged) {
      if (row === null) this.#drop(key);
      else this.#rows.set(key, row);
    }
    this.#staged.clear();
  }

  discard(): void {
    for (const [key, row] of this.#staged) {
      if (row !== null && !this.#rows.has(key)) this.#ungroup(key, row);
    }
    this.#staged.clear();
  }

  #currentRow(key: string): Row | null {
    const staged = this.#staged.get(key);
    return staged === undefined ? (this.#rows.get(key) ?? null) : staged;
  }

  #view(get: (key: string) => Row | null): View<Row> {
    const pick = (keys: Iterable<string>): Row[] =>
      [...keys].map(get).filter((row): row is Row => row !== null);
    return {
      get,
      of: (group) => pick(this.#groups.get(group) ?? []),
      all: () => pick(new Set([...this.#rows.keys(), ...this.#staged.keys()])),
    };
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#ungroup(key, row);
  }

  #ungroup(key: string, row: Row): void {
    const group = this.#groupOf(row);
    const keys = this.#groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) this.#groups.delete(group);
  }
}

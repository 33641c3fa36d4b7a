/** What differs between the databases in the schema. */
export interface SqlDialect {
  readonly kind: 'sqlite' | 'postgres';
  /** Text that is compared and ordered by its bytes, whatever the language of the database. */
  readonly text: string;
  /** A whole number of 64 bits: instants, epochs, steps. */
  readonly integer: string;
  /** A floating-point number of 64 bits. */
  readonly real: string;
  /** After a table whose row is small and found by its primary key alone. */
  readonly keyedTable: string;
  /** After any other table. */
  readonly table: string;
}

/** One step forward of the schema. A released one is never changed; the next step is a new one. */
export interface Migration {
  /** Number and words; the order of the steps. */
  readonly name: string;
  /** None for a dialect that doesn't need the step: then it is not recorded there either. */
  statements(dialect: SqlDialect): readonly string[];
}

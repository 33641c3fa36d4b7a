import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';

/** A path for a database in a folder of its own, removed after the test. */
export function databasePath(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-store-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'rollcall.db');
}

/** Runs statements on the file as another program would. */
export function tamper(path: string, statements: string): void {
  const database = new DatabaseSync(path);
  database.exec(statements);
  database.close();
}

/** What another program reads from the file. */
export function inspect(path: string, query: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}

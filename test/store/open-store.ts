/**
 * A process that opens the database named by its first argument, writes one standing, says what came of it on one line
 * of JSON and then holds the database until it is killed. With a second argument it becomes that user first.
 */
import { RollcallError } from '../../src/errors.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

const [path = '', userId] = process.argv.slice(2);
if (userId !== undefined) process.setuid?.(Number(userId));

function tell(outcome: { readonly code: string; readonly message: string }): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

try {
  const store = await openSqliteStore({ path });
  await store.write((transaction) => transaction.putStanding('held', { epoch: 7, isDisabled: false }));
  tell({ code: 'open', message: '' });
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof RollcallError)) throw error;
  tell({ code: error.code, message: error.message });
}

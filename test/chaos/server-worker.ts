/**
 * The service in a process of its own, as `src/server/main.ts` starts it, with one thing more: a wall clock that its
 * parent can put forward and back. Settings come from the environment. It ends with its parent.
 */
import { systemClock } from '../../src/engine/system.ts';
import { createLog } from '../../src/server/log.ts';
import { startService } from '../../src/server/service.ts';
import { readSettings } from '../../src/server/settings.ts';
import type { WorkerCommand, WorkerReport } from './server-process.ts';

let shiftMs = 0;
const clock = { now: () => systemClock.now() + shiftMs, monotonic: () => systemClock.monotonic() };

function tell(report: WorkerReport): void {
  process.send?.(report);
}

// What tells the loader of mutants which one is no setting.
const { ROLLCALL_MUTANT: _mutant, ...environment } = process.env;
const service = await startService(readSettings(environment), createLog(), { clock });

process.on('message', (command: WorkerCommand) => {
  if (command.type === 'stop') {
    void service.stop().then(() => process.exit(0));
    return;
  }
  shiftMs = command.shiftMs;
  tell({ type: 'shifted' });
});
process.once('disconnect', () => process.exit(0));
tell({ type: 'ready' });

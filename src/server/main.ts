import { existsSync } from 'node:fs';
import { RollcallError } from '../errors.ts';
import { createLog } from './log.ts';
import { startService } from './service.ts';
import { readSettings } from './settings.ts';

const log = createLog();

try {
  loadEnvironmentFile();
  const service = await startService(readSettings(process.env), log);
  for (const warning of service.warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(`Rollcall is ready. Open ${service.url}\n`);
  stopOnSignal(service.stop);
} catch (error) {
  if (!(error instanceof RollcallError)) log.error({ error }, 'could not start');
  process.stderr.write(`Rollcall did not start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function loadEnvironmentFile(): void {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    throw new RollcallError('invalid_setting', {
      detail: ".env can't be read as a file of settings.",
      cause,
    });
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal means now.
      if (isStopping) process.exit(1);
      isStopping = true;
      process.stdout.write('Stopping: answering what is running, then closing the database.\n');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
}

import { pino } from 'pino';

/** Writes one JSON line per fact to standard error. */
export interface Log {
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}

/** The log operators collect. Whatever looks like a token of ours is blacked out, wherever it stands. */
export function createLog(): Log {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: pino.stdSerializers.err },
      hooks: {
        streamWrite: (line) => line.replaceAll(tokenForm, '[token]'),
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

const tokenForm = /r[cpd]1_[0-9a-z]{26}\.[\w-]{1,60}/g;

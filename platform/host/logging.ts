import type { Logger } from '@vumi/core';
import { pino } from 'pino';
import type { Config } from './config-schema.ts';

/** JSON lines on standard error: standard output belongs to whoever reads the banner or a command's answer. */
export function createLogger(level: Config['log_level']): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['password', '*.password', 'token', '*.token'], censor: '[hidden]' },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

/** A promise that nobody listens to is a defect, and no reason to end a process that has messages in its hands. */
export function logRejections(logger: Logger): void {
  process.on('unhandledRejection', (error) =>
    logger.error({ error }, 'a promise was rejected and nobody listened'),
  );
}

import { errorText, type Logger } from '@vumi/core';
import { startSmscSimulator, type Simulator } from '@vumi/transports/smpp/simulator';
import type { Config } from './config-schema.ts';

/** The simulator of this process, or null when it is switched off or something else listens on its port. */
export async function startSimulator(
  { simulators: { smsc } }: Config,
  logger: Logger,
): Promise<Simulator | null> {
  if (!smsc.enabled) return null;
  try {
    return await startSmscSimulator({ host: smsc.host, port: smsc.port, logger });
  } catch (error) {
    logger.warn(
      { reason: errorText(error) },
      'the SMSC simulator is off; transports that point at its port talk to whatever listens there',
    );
    return null;
  }
}

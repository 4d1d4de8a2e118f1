import { errorText } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { readWorkers } from './configured-workers.ts';
import { createLogger } from './logging.ts';
import type { SupervisorOrders, SupervisorWord } from './supervisor-worker.ts';
import { startWorkerProcess } from './worker-process.ts';

/** As in main: what does not stop must not keep the process. */
const STOP_PATIENCE_MS = 20_000;

const say = (word: SupervisorWord): void => void process.send?.(word);

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  // Who started it has died.
  process.on('disconnect', () => resolve());
});

process.once('message', (orders: SupervisorOrders) => {
  run(orders).catch((error: unknown) => {
    say({ failed: errorText(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});

async function run({ name, parent, workers, config }: SupervisorOrders): Promise<void> {
  const logger = createLogger(config.log_level);
  const running = await startWorkerProcess({ name, parent }, readWorkers(workers), { config, logger });
  say({ ready: true });
  await stopped;
  using _watchdog = startDeadline({ limitMs: STOP_PATIENCE_MS }, () => process.exit(1));
  await running[Symbol.asyncDispose]();
  process.exit(0);
}

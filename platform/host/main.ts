import { errorText, printable, VumiError, type Clock } from '@vumi/core';
import type { DemoState } from '@vumi/demo';
import { startDeadline } from '@vumi/machine';
import { parseArguments } from './arguments.ts';
import { runBackupCommand, runRestoreCommand } from './backup-command.ts';
import { banner, demoText } from './banner.ts';
import { loadConfig } from './config.ts';
import type { Config } from './config-schema.ts';
import { createLogger, logRejections } from './logging.ts';
import { openMovedClock } from './moved-clock.ts';
import { startPlatform, type Platform } from './platform.ts';
import { parseSmscArguments } from './smsc-arguments.ts';
import { startSmscProcess } from './smsc-process.ts';
import { runWorkerCommand } from './worker/worker-command.ts';

const USAGE_ERROR = 2;
/** What a shell answers for a program that SIGTERM ended. */
const STOPPED_EARLY = 143;
/** A part that does not stop must not keep the process: what it held is safe on disk or with the broker. */
const STOP_PATIENCE_MS = 20_000;
/** A bind to the simulator takes some milliseconds; whoever starts the platform need not wait for more. */
const DEMO_MS = 5000;

async function main([command, ...args]: readonly string[]): Promise<void> {
  logRejections(createLogger('error'));
  const stop = stopSignal();
  let isRunning = false;
  // Whoever reads that it runs may stop it at once; before that there is nothing to be stopped in order.
  void stop.then(() => {
    if (!isRunning) process.exit(STOPPED_EARLY);
  });
  const running = await (COMMANDS[command ?? ''] ?? ((words) => up(words)))(args);
  isRunning = true;
  if (running === null) return;
  await stop;
  using _watchdog = startDeadline({ limitMs: STOP_PATIENCE_MS }, () => process.exit(1));
  await running[Symbol.asyncDispose]();
}

/** Null when nothing runs on. */
type HostCommand = (args: readonly string[]) => Promise<AsyncDisposable | null>;

/** All but `up`. */
const COMMANDS: Readonly<Record<string, HostCommand>> = {
  worker: runWorkerCommand,
  'dev-platform': (args) => up(args, openMovedClock),
  smsc,
  backup: runBackupCommand,
  restore: runRestoreCommand,
};

/** Null when all that was asked for is help. */
async function up(
  args: readonly string[],
  appClockOf: (config: Config) => Clock = () => Date.now,
): Promise<AsyncDisposable | null> {
  const startedAt = performance.now();
  const flags = parseArguments(args);
  if (flags === null) return null;
  const config = await loadConfig(flags);
  const platform = await startPlatform(config, createLogger(config.log_level), appClockOf(config));
  await showReady(platform, startedAt);
  return platform;
}

/** Says what is so: what does not answer yet is announced when it does. */
async function showReady(platform: Platform, startedAt: number): Promise<void> {
  const { api, config } = platform;
  const binds = config.roles.includes('transports') && api?.smscPort != null;
  const demo = (await api?.demo?.settled(binds ? DEMO_MS : 0)) ?? null;
  process.stdout.write(banner(platform, performance.now() - startedAt, demo));
  if (api?.demo == null || api.smscPort === null || demo?.missing.length === 0) return;
  const announce = (state: DemoState): void => void process.stdout.write(`${demoText(api.url, state)}\n`);
  api.demo.settled().then(announce, () => {});
}

async function smsc(args: readonly string[]): Promise<AsyncDisposable | null> {
  const parsed = parseSmscArguments(args);
  if (parsed === null) return null;
  const { flags, script, tls } = parsed;
  const config = await loadConfig(flags);
  const http = { ...config.http, port: flags.httpPort === undefined ? 8001 : config.http.port };
  const logger = createLogger(config.log_level);
  return startSmscProcess({ ...config, http }, logger, { script, ...(tls === undefined ? {} : { tls }) });
}

/** Ctrl-C comes twice, from the terminal and from the launcher: the second must not kill what is stopping in order. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const text = error instanceof VumiError ? error.message : ((error as Error).stack ?? errorText(error));
  process.stderr.write(printable(`vumi: ${text}\n`));
  // Not `exitCode`: what had started before the error would keep the process.
  process.exit(error instanceof VumiError && error.code === 'config.invalid' ? USAGE_ERROR : 1);
}

import { errorText, printable, VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { parseArguments, UP_USAGE } from './arguments.ts';
import { banner, demoText } from './banner.ts';
import { loadConfig } from './config.ts';
import type { DemoState } from './demo.ts';
import { createLogger } from './logging.ts';
import { startPlatform, type Platform } from './platform.ts';
import { parseSmscArguments, SMSC_USAGE } from './smsc-arguments.ts';
import { startSmscProcess } from './smsc-process.ts';

const USAGE_ERROR = 2;
/** A part that does not stop must not keep the process: what it held is safe on disk or with the broker. */
const STOP_PATIENCE_MS = 20_000;
/** A bind to the simulator takes some milliseconds; whoever starts the platform need not wait for more. */
const DEMO_MS = 5000;

async function main([command, ...args]: readonly string[]): Promise<void> {
  const running = command === 'smsc' ? await smsc(args) : await up(args);
  if (running === null) return;
  await stopSignal();
  using _watchdog = startDeadline({ limitMs: STOP_PATIENCE_MS }, () => process.exit(1));
  await running[Symbol.asyncDispose]();
}

/** Null when all that was asked for is help. */
async function up(args: readonly string[]): Promise<AsyncDisposable | null> {
  const startedAt = performance.now();
  const { help, flags } = parseArguments(args);
  if (help) return printUsage(UP_USAGE);
  const config = await loadConfig(flags);
  const logger = createLogger(config.log_level);
  process.on('unhandledRejection', (error) =>
    logger.error({ error }, 'a promise was rejected and nobody listened'),
  );
  const platform = await startPlatform(config, logger);
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
  const { help, flags, script, tls } = parseSmscArguments(args);
  if (help) return printUsage(SMSC_USAGE);
  const config = await loadConfig(flags);
  const http = { ...config.http, port: flags.httpPort === undefined ? 8001 : config.http.port };
  const logger = createLogger(config.log_level);
  return startSmscProcess({ ...config, http }, logger, { script, ...(tls === undefined ? {} : { tls }) });
}

function printUsage(text: string): null {
  process.stdout.write(text);
  return null;
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

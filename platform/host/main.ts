import { errorText, VumiError } from '@vumi/core';
import { parseArguments, UP_USAGE } from './arguments.ts';
import { banner } from './banner.ts';
import { loadConfig } from './config.ts';
import { createLogger } from './logging.ts';
import { startPlatform } from './platform.ts';
import { parseSmscArguments, SMSC_USAGE } from './smsc-arguments.ts';
import { startSmscProcess } from './smsc-process.ts';

const USAGE_ERROR = 2;
/** A part that does not stop must not keep the process: what it held is safe on disk or with the broker. */
const STOP_PATIENCE_MS = 20_000;

async function main([command, ...args]: readonly string[]): Promise<void> {
  const running = command === 'smsc' ? await smsc(args) : await up(args);
  if (running === null) return;
  await stopSignal();
  const watchdog = setTimeout(() => process.exit(1), STOP_PATIENCE_MS).unref();
  await running[Symbol.asyncDispose]();
  clearTimeout(watchdog);
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
  process.stdout.write(banner(platform, performance.now() - startedAt));
  return platform;
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
  process.stderr.write(`vumi: ${text}\n`);
  // Not `exitCode`: what had started before the error would keep the process.
  process.exit(error instanceof VumiError && error.code === 'config.invalid' ? USAGE_ERROR : 1);
}

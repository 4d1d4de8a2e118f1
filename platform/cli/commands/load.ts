import { errorText, silentLogger, VumiError } from '@vumi/core';
import type { LoadReport } from '@vumi/transports/smpp/load';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { table, write, writeJson } from '../output.ts';
import { parseTarget } from '../smpp-target.ts';

interface PaceOptions {
  readonly rate: string;
  readonly count: string;
  readonly window: string;
  readonly settle: string;
  readonly anywhere?: boolean;
}

interface SubmitOptions extends PaceOptions {
  readonly systemId: string;
  readonly password: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly binds: string;
  readonly receipts: boolean;
}

interface WriteOptions extends PaceOptions {
  readonly host: string;
  readonly port: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly expect?: string;
  readonly replies: boolean;
}

/** `vumi smpp load`: an ESME that loads an SMSC. */
export function addSubmitLoad(smpp: Command): void {
  const load = smpp
    .command('load')
    .argument('<host:port>', 'the SMSC')
    .description('load an SMSC with submit_sm at a fixed rate, and match its receipts')
    .option('--system-id <name>', 'to bind with', 'load')
    .option('--password <password>', 'to bind with', 'load')
    .option('--from <address>', 'sender', '12345')
    .option('--to <address>', 'receiver', '27761234567')
    .option('--text <text>', 'a number follows it', 'load')
    .option('--binds <count>', 'sessions', '1')
    .option('--no-receipts', 'ask for none');
  withExample(paced(load), 'npx vumi smpp load 127.0.0.1:2775 --rate 500 --count 20000').action(submit);
}

/** `vumi smsc load`: an SMSC whose phones load the platform that binds to it. */
export function addWriteLoad(smsc: Command): void {
  const load = smsc
    .command('load')
    .description('be an SMSC whose phones write to the platform that binds to it, and wait for the replies')
    .option('--host <host>', 'where to listen', '127.0.0.1')
    .option('--port <port>', 'where to listen', '2776')
    .option('--from <number>', 'the first phone; each message has one of its own', '27760000000')
    .option('--to <address>', 'the short code', '12345')
    .option('--text <text>', 'what phones write', 'ping')
    .option('--expect <text>', 'what a reply must hold')
    .option('--no-replies', 'a message is done when the platform has taken it');
  withExample(paced(load), 'npx vumi smsc load --port 2776 --rate 500 --count 20000 --text hi').action(
    writeMany,
  );
}

function paced(command: Command): Command {
  return command
    .option('--rate <number>', 'messages a second', '100')
    .option('--count <number>', 'messages', '1000')
    .option('--window <number>', 'unanswered requests in a session', '50')
    .option('--settle <seconds>', 'how long to wait for what is outstanding at the end', '10')
    .option('--anywhere', 'load another machine than this one');
}

async function submit(where: string, options: SubmitOptions, command: Command): Promise<void> {
  const { loadSmsc } = await import('@vumi/transports/smpp/load');
  const { from, to, text, systemId, password, receipts } = options;
  const binds = positive('--binds', options.binds);
  const who = { ...parseTarget(where), systemId, password, from, to, text, binds, receipts };
  await report(command, () => loadSmsc({ ...who, ...pace(options), logger: silentLogger }));
}

async function writeMany(options: WriteOptions, command: Command): Promise<void> {
  const { loadEsme } = await import('@vumi/transports/smpp/load');
  const { host, from, to, text, expect, replies } = options;
  const onListening = (port: number): void => {
    process.stderr.write(`Waiting for a platform to bind to ${host}:${port} (any system_id and password)\n`);
  };
  const how = { host, port: positive('--port', options.port), from, to, text, expect, replies };
  await report(command, () =>
    loadEsme({ ...how, ...pace(options), bindMs: 60_000, logger: silentLogger, onListening }),
  );
}

function pace(options: PaceOptions) {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const count = positive('--count', options.count);
  return {
    count,
    rate: positive('--rate', options.rate),
    window: positive('--window', options.window),
    settleMs: positive('--settle', options.settle) * 1000,
    anywhere: options.anywhere === true,
    signal: stop.signal,
    onProgress: (sent: number) => showProgress(sent, count),
  };
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw usageError(`${option} is a number above 0, not "${text}"`);
  return number;
}

const WIDTH = 40;

function showProgress(sent: number, count: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((sent / count) * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  process.stderr.write(`\r${bar} ${sent}/${count}${sent === count ? '\n' : ''}`);
}

/** Prints what came out; messages that were lost, doubled or mismatched are a failure. */
async function report(command: Command, run: () => Promise<LoadReport>): Promise<void> {
  const result = await run().catch((error: unknown) => {
    const usage = error instanceof VumiError && error.code === 'request.invalid';
    throw new CliError(usage ? EXIT.usage : EXIT.refused, errorText(error));
  });
  const { json }: { json?: boolean } = command.optsWithGlobals();
  if (json === true) writeJson(result);
  else write(summary(result));
  const { lost, doubled, mismatched } = result;
  if (lost + doubled + mismatched > 0)
    throw new CliError(EXIT.refused, `${lost} lost, ${doubled} doubled, ${mismatched} mismatched`);
}

function summary(result: LoadReport): string {
  const { p50, p90, p99, p999, max } = result.latency_ms;
  return table(
    ['WHAT', 'VALUE'],
    [
      ['sent', `${result.sent} of ${result.asked.count}`],
      ['answered', `${result.answered}, ${result.rate.toFixed(1)}/s of ${result.asked.rate}/s asked`],
      ['latency ms', `p50 ${p50}  p90 ${p90}  p99 ${p99}  p99.9 ${p999}  max ${max}`],
      ...Object.entries(result.refused).map(([status, count]) => [`refused ${status}`, count] as const),
      ['lost', result.lost],
      ['doubled', result.doubled],
      ['mismatched', result.mismatched],
    ],
  );
}

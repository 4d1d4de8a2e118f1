import { errorText } from '@vumi/core';
import type { PointResult } from '@vumi/transports/smpp/conformance';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { table, write, writeJson } from '../output.ts';
import { parseTarget } from '../smpp-target.ts';
import { addSubmitLoad } from './load.ts';

interface ConformanceOptions {
  readonly listen?: string;
  readonly systemId: string;
  readonly password: string;
  readonly from: string;
  readonly to: string;
  readonly timeout: string;
  readonly receiptTimeout: string;
  readonly bindTimeout: string;
  readonly only?: string;
  readonly slow?: boolean;
}

export function addSmppCommands(program: Command): void {
  addSubmitLoad(program.command('smpp').description('tools for any SMSC'));
  const conformance = program
    .command('smpp-conformance')
    .argument('[host:port]', 'the SMSC to test')
    .description('test any SMSC, or with --listen any ESME, against the 60 points of the conformance list')
    .option('--listen <port>', 'be the SMSC: test the ESME that binds to this port, whenever it is dropped')
    .option('--system-id <name>', 'to bind with', 'conform')
    .option('--password <password>', 'to bind with', 'conform')
    .option('--from <address>', 'sender of messages', '12345')
    .option('--to <address>', 'receiver of messages', '27761234567')
    .option('--timeout <seconds>', 'how long an answer may take', '5')
    .option('--receipt-timeout <seconds>', 'how long a receipt may take', '10')
    .option('--bind-timeout <seconds>', 'how long an ESME may take to bind again', '60')
    .option('--only <numbers>', 'these points only, such as 1,2,12')
    .option('--slow', 'also what takes minutes');
  withExample(
    conformance,
    'npx vumi smpp-conformance 127.0.0.1:2775 --system-id me --password secret',
    'npx vumi smpp-conformance --listen 2777',
  ).action(test);
}

async function test(where: string | undefined, options: ConformanceOptions, command: Command): Promise<void> {
  const { json }: { json?: boolean } = command.optsWithGlobals();
  const results = await run(where, options).catch((error: unknown) => {
    throw error instanceof CliError ? error : new CliError(EXIT.refused, errorText(error));
  });
  if (json === true) writeJson(results);
  else write(report(results));
  const failed = results.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CliError(EXIT.refused, `${failed} of ${results.length} points fail`);
}

async function run(where: string | undefined, options: ConformanceOptions): Promise<PointResult[]> {
  if ((where === undefined) === (options.listen === undefined))
    throw usageError('say HOST:PORT of an SMSC, or --listen PORT for an ESME');
  const { testEsme, testSmsc } = await import('@vumi/transports/smpp/conformance');
  const { from, to, systemId, password, slow = false } = options;
  const timeoutMs = seconds('--timeout', options.timeout);
  const only = options.only === undefined ? {} : { only: numbers(options.only) };
  const progress = { ...only, onResult: showProgress };
  if (where !== undefined) {
    const receiptMs = seconds('--receipt-timeout', options.receiptTimeout);
    const target = { ...parseTarget(where), systemId, password, from, to, timeoutMs, receiptMs, slow };
    return testSmsc(target, progress);
  }
  const [port = 0] = numbers(options.listen ?? '');
  const bindMs = seconds('--bind-timeout', options.bindTimeout);
  // Messages go the other way: from a phone to the short code.
  const target = { host: '127.0.0.1', port, timeoutMs, bindMs, from: to, to: from, slow };
  const onListening = (at: number): void => {
    process.stderr.write(`Waiting for an ESME to bind to 127.0.0.1:${at} (any system_id and password)\n`);
  };
  return testEsme(target, { ...progress, onListening });
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw usageError(`${option} is a number of seconds, not "${text}"`);
  return value * 1000;
}

function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isInteger(value) && value > 0)) return values;
  throw usageError(`"${text}" is not a list of numbers`);
}

function showProgress({ number, title }: PointResult): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${number} ${title}`);
}

const SHOWN = { pass: 'pass', fail: 'FAIL', skipped: 'skipped', not_applicable: 'n/a' } as const;

function report(results: readonly PointResult[]): string {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const rows = results.map(({ number, title, section, result, reason }) => [
    number,
    SHOWN[result],
    section,
    title,
    reason,
  ]);
  const count = (wanted: PointResult['result']): number =>
    results.filter(({ result }) => result === wanted).length;
  return (
    table(['POINT', 'RESULT', 'SECTION', 'TITLE', 'WHY'], rows) +
    `${count('pass')} pass, ${count('fail')} fail, ${count('not_applicable')} not applicable, ${count('skipped')} skipped\n`
  );
}

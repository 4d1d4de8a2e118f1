import { readFileSync } from 'node:fs';
import { errorText, sleep } from '@vumi/core';
import { Option, type Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { oneLine, table, write, writeJson } from '../output.ts';
import { openSession } from '../session.ts';
import { addWriteLoad } from './load.ts';

const BASE = '/simulators/smsc';
const POLL_MS = 300;
const FAULTS = [
  'disconnect',
  'disconnect_mid_pdu',
  'unbind',
  'malformed',
  'not_smpp',
  'stop_reading',
  'stop_answering',
];

interface LoggedPdu {
  readonly number: number;
  readonly timestamp: string;
  readonly session: number;
  readonly direction: 'received' | 'sent';
  readonly command: string;
  readonly command_status: string;
  readonly sequence_number: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

interface Counters {
  readonly items: readonly {
    from_addr: string;
    to_addr: string;
    text: string;
    part: string;
    count: number;
  }[];
}

interface LogOptions {
  readonly limit: string;
  readonly session?: string;
  readonly follow?: boolean;
}

/** `vumi smsc` itself and `vumi smsc run` are the host's; these work with a simulator that runs. */
export function addSmscCommands(program: Command): void {
  const smsc = program
    .command('smsc')
    .description(
      'the SMSC simulator; "npx vumi smsc run --script FILE" runs it alone, "run --help" lists its options',
    );
  const run = smsc
    .command('run')
    .description('run the simulator alone')
    .allowUnknownOption()
    .allowExcessArguments();
  withExample(run, 'npx vumi smsc run --script slow.yaml --port 2776').action(() => {
    throw usageError('write "smsc run" first: npx vumi smsc run --script slow.yaml');
  });
  const log = smsc
    .command('log')
    .description('the PDUs of all sessions, decoded, without passwords')
    .option('--limit <count>', 'the newest only', '50')
    .option('--session <number>', 'of one session')
    .option('--follow', 'and those that come, until Ctrl-C');
  withExample(log, 'npx vumi smsc log --follow', 'npx vumi smsc log --url http://127.0.0.1:8001').action(
    showLog,
  );
  const script = smsc
    .command('script')
    .argument('[file]', 'YAML or JSON')
    .description('what the simulator does; with a file: have it do that from now on');
  withExample(script, 'npx vumi smsc script throttling.yaml').action(useScript);
  const fail = smsc
    .command('fail')
    .argument('<fault>', FAULTS.join(', '))
    .description('let something go wrong now')
    .option('--system-id <name>', 'in the sessions of one client');
  withExample(fail, 'npx vumi smsc fail disconnect_mid_pdu').action(failNow);
  const counters = smsc
    .command('counters')
    .description('how many messages came, how many of them twice, and which')
    .addOption(new Option('--reset', 'count from 0 again'));
  addWriteLoad(smsc);
  withExample(counters, 'npx vumi smsc counters').action(showCounters);
}

async function showLog(options: LogOptions, command: Command): Promise<void> {
  const session = openSession(command);
  let after = 0;
  for (let query: object = { limit: options.limit }; ; query = {}) {
    const filter = { ...query, after, session: options.session };
    const pdus = await session.client.list<LoggedPdu>(`${BASE}/log`, { query: filter });
    for (const pdu of pdus) {
      if (session.json) writeJson(pdu, false);
      else write(`${line(pdu)}\n`);
    }
    after = pdus.at(-1)?.number ?? after;
    if (options.follow !== true) return;
    await sleep(POLL_MS);
  }
}

function line(pdu: LoggedPdu): string {
  const arrow = pdu.direction === 'received' ? '→' : '←';
  const fields = Object.entries(pdu.fields).filter(([, value]) => value !== '' && value !== 0);
  const texts = fields.map(([name, value]) => `${name}=${shown(value)}`);
  const status = pdu.command_status === 'ESME_ROK' ? '' : ` ${pdu.command_status}`;
  const head = `${pdu.timestamp.slice(11, 23)} #${pdu.session} ${arrow} ${pdu.command} ${pdu.sequence_number}${status}`;
  return oneLine([head, ...texts, ...(pdu.error === undefined ? [] : [`(${pdu.error})`])].join(' '));
}

/** Octets as their text where they are one. */
function shown(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  const { name, tag, text, octets } = value as Record<string, string | undefined>;
  const label = name ?? tag;
  const content = text === undefined ? `0x${octets ?? ''}` : JSON.stringify(text);
  return label === undefined ? content : `${label}:${content}`;
}

async function useScript(file: string | undefined, _options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const script = await (file === undefined
    ? session.client.call<object>('GET', `${BASE}/script`)
    : session.client.call<object>('PUT', `${BASE}/script`, { body: readScriptFile(file) }));
  session.show(script, () => `${JSON.stringify(script, null, 2)}\n`);
}

function readScriptFile(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw usageError(`cannot read ${file}: ${errorText(error)}`);
  }
}

async function failNow(fault: string, options: { systemId?: string }, command: Command): Promise<void> {
  const session = openSession(command);
  const body = { fault, ...(options.systemId === undefined ? {} : { system_id: options.systemId }) };
  const answer = await session.client.call<{ sessions: number }>('POST', `${BASE}/faults`, { body });
  session.show(answer, () => `${fault} in ${answer.sessions} session(s)\n`);
}

async function showCounters(options: { reset?: boolean }, command: Command): Promise<void> {
  const session = openSession(command);
  const answer = await session.client.call<Counters>('GET', `${BASE}/counters`);
  if (options.reset === true) await session.client.call('DELETE', `${BASE}/counters`);
  const { items, ...counts } = answer;
  session.show(answer, () => {
    const numbers = table(['WHAT', 'COUNT'], Object.entries(counts));
    if (items.length === 0) return numbers;
    const rows = items.map(({ count, from_addr, to_addr, part, text }) => [
      count,
      from_addr,
      to_addr,
      part,
      text,
    ]);
    return `${numbers}\nCame more than once:\n${table(['TIMES', 'FROM', 'TO', 'PART', 'TEXT'], rows)}`;
  });
}

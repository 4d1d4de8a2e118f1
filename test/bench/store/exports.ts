import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { ADMIN_TOKEN, startTestPlatform } from '../../platform.ts';
import { BIG_ACCOUNT } from './fill.ts';
import { serverCpuSeconds } from './queries.ts';

const DAY_MS = 86_400_000;
/** Half a year ago: what nobody has just looked at. */
const UNTIL_DAYS = 180;
const run = promisify(execFile);

interface BenchExport {
  readonly name: string;
  readonly path: string;
  /** Of how many days the export is. */
  readonly days: number;
}

const EXPORTS: readonly BenchExport[] = [
  { name: 'messages.csv', path: '/exports/messages.csv', days: 14 },
  { name: 'messages.csv, columns of Vumi', path: '/exports/messages.csv?columns=vumi', days: 14 },
  { name: 'messages.ndjson', path: '/exports/messages.ndjson', days: 14 },
  { name: 'events.csv', path: '/exports/events.csv', days: 14 },
  {
    name: 'messages.csv of the big account',
    path: `/accounts/${BIG_ACCOUNT}/exports/messages.csv`,
    days: 40,
  },
  { name: 'messages.csv of a small account', path: '/accounts/bench7/exports/messages.csv', days: 180 },
];

export interface ExportFigures {
  readonly name: string;
  /** Rows a second that a client got. */
  readonly rate: number;
  /** That rate to the one at which the server copies the messages of that time to nowhere. */
  readonly ofCopy: number;
  /** CPU of a row in microseconds: of the platform, and of the server. */
  readonly cpuUs: number;
  readonly serverCpuUs: number;
}

/** Reads them over HTTP from a platform in this process, with a client in another one. */
export async function benchExports(url: string): Promise<ExportFigures[]> {
  await using world = await startTestPlatform({ database: { url } });
  const to = Date.now() - UNTIL_DAYS * DAY_MS;
  const figures: ExportFigures[] = [];
  for (const { name, path, days } of EXPORTS) {
    const [from, until] = [to - days * DAY_MS, to].map((ms) => new Date(ms).toISOString());
    const copied = await copyRate(url, from ?? '', until ?? '');
    const address = new URL(`${world.client.url}/api/v1${path}`);
    address.searchParams.set('from', from ?? '');
    address.searchParams.set('to', until ?? '');
    const before = { here: process.cpuUsage(), server: await serverCpuSeconds(url) };
    const { lines, ms } = await readLines(address.href);
    const here = process.cpuUsage(before.here);
    const server = (await serverCpuSeconds(url)) - before.server;
    const rate = (1000 * lines) / ms;
    figures.push({
      name,
      rate,
      ofCopy: rate / copied,
      cpuUs: (here.user + here.system) / lines,
      serverCpuUs: (1_000_000 * server) / lines,
    });
  }
  return figures;
}

/** Rows a second of all that `messages` has of a time. Needs a superuser. */
async function copyRate(url: string, from: string, to: string): Promise<number> {
  const client = new Client(url);
  await client.connect();
  try {
    const started = performance.now();
    const { rowCount } = await client.query(
      `copy (select * from messages where at >= '${from}' and at < '${to}'
         and week between '${from}'::date - 8 and '${to}'::date + 2) to '/dev/null'`,
    );
    return (1000 * (rowCount ?? 0)) / (performance.now() - started);
  } finally {
    await client.end();
  }
}

const READER = `
  const started = performance.now();
  const answer = await fetch(process.argv[1], { headers: { authorization: 'Bearer ${ADMIN_TOKEN}' } });
  if (!answer.ok) throw new Error(await answer.text());
  let lines = 0;
  for await (const chunk of answer.body)
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  console.log(JSON.stringify({ lines, ms: performance.now() - started }));`;

/** A client in a process of its own. */
async function readLines(url: string): Promise<{ readonly lines: number; readonly ms: number }> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', READER, url]);
  return JSON.parse(stdout) as { lines: number; ms: number };
}

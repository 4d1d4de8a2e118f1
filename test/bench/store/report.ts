import { randomBytes } from 'node:crypto';
import { silentLogger } from '@vumi/core';
import { openStore, type Store } from '@vumi/store';
import { quantileOf } from '../quantile.ts';
import { openBenchDatabase } from './database.ts';
import { benchExports } from './exports.ts';
import { fillMessages, isFilled } from './fill.ts';
import { BENCH_QUERIES, serverCpuSeconds, timeQuery } from './queries.ts';
import { benchRetention } from './retention.ts';
import { benchWrites } from './writes.ts';

const ROWS = Number(process.env['VUMI_BENCH_STORE_ROWS'] ?? 10_000_000);
/** A database that stays: filling takes a quarter of an hour, measuring a third of that. */
const KEPT = process.env['VUMI_BENCH_STORE_DATABASE'];
const QUERY_ROUNDS = 30;

type Print = (text: string) => void;

interface Place {
  readonly url: string;
  readonly store: Store;
  readonly print: Print;
}

const PARTS = {
  writes: ({ url, print }: Place) => reportWrites(url, print),
  lists: reportLists,
  exports: reportExports,
  retention: reportRetention,
} as const;
type Part = keyof typeof PARTS;

/**
 * `npm run bench -- store`: writes, lists, exports and retention with ten million messages, or those parts that are
 * `asked` for; `fill` only makes the database that is kept. Needs a Postgres server.
 */
export async function reportStore(print: Print, asked: readonly string[]): Promise<void> {
  const parts = partsOf(asked);
  const name = KEPT ?? `vumi_bench_${randomBytes(4).toString('hex')}`;
  await using full = await openBenchDatabase(name, KEPT !== undefined);
  print(`The message store with ${ROWS.toLocaleString('en')} messages:`);
  if (!full.isOld) {
    const started = performance.now();
    await fillMessages(full.url, { rows: ROWS, until: new Date() });
    print(`  filled in ${seconds(performance.now() - started)} s`);
  } else if (!(await isFilled(full.url, ROWS))) {
    throw new Error(`the database "${name}" was not filled to the end: drop it, and it is made anew`);
  }
  await using store = await openStore({ url: full.url, logger: silentLogger });
  for (const part of parts) await PARTS[part]({ url: full.url, store, print });
}

function partsOf(asked: readonly string[]): readonly Part[] {
  const all = Object.keys(PARTS) as Part[];
  const unknown = asked.find((one) => one !== 'fill' && !(one in PARTS));
  if (unknown !== undefined)
    throw new Error(`the bench of the store has no part "${unknown}", only: fill, ${all.join(', ')}`);
  return asked.length === 0 ? all : all.filter((part) => asked.includes(part));
}

async function reportWrites(url: string, print: Print): Promise<void> {
  await using empty = await openBenchDatabase(`vumi_bench_${randomBytes(4).toString('hex')}`);
  const found = await benchWrites(empty.url, url);
  for (const [name, { rate, rates, cpuMs, walBytes, pageImages }] of Object.entries(found)) {
    print(`  recorder, ${name.padEnd(24)}${Math.round(rate)}/s (${rates.map(Math.round).join(', ')})`);
    print(
      `  ${''.padEnd(34)}  the server's CPU ${cpuMs.toFixed(3)} ms, ${Math.round(walBytes)} bytes of WAL and ${pageImages.toFixed(2)} whole pages a row`,
    );
  }
  const shares = found.full.rates.map((rate, round) => rate / (found.empty.rates[round] ?? Number.NaN));
  print(
    `  ${'full to empty'.padEnd(34)}${percent(quantileOf(shares, 0.5))} (${shares.map(percent).join(', ')})`,
  );
}

async function reportLists({ url, store, print }: Place): Promise<void> {
  const now = Date.now();
  const all: number[] = [];
  for (const query of BENCH_QUERIES) {
    const before = await serverCpuSeconds(url);
    const times = await timeQuery(store, query, QUERY_ROUNDS, now);
    const cpu = (1000 * ((await serverCpuSeconds(url)) - before)) / times.length;
    all.push(...times);
    print(`  ${query.name.padEnd(34)}${spread(times)}, the server's CPU${cpu.toFixed(1).padStart(6)} ms`);
  }
  print(`  ${'all of them'.padEnd(34)}${spread(all)}`);
}

async function reportExports({ url, print }: Place): Promise<void> {
  for (const { name, rate, cpuUs, serverCpuUs, ofCopy } of await benchExports(url)) {
    print(
      `  ${name.padEnd(34)}${Math.round(rate).toLocaleString('en').padStart(9)} rows/s, ${percent(ofCopy)} of COPY; CPU ${cpuUs.toFixed(1)} µs here and ${serverCpuUs.toFixed(1)} µs of the server a row`,
    );
  }
}

async function reportRetention({ url, store, print }: Place): Promise<void> {
  const tidy = await benchRetention(url, store);
  print(
    `  deleted ${tidy.deleted.toLocaleString('en')} messages and their events in ${seconds(tidy.deleteMs)} s, dropped ${tidy.dropped} partitions in ${seconds(tidy.dropMs)} s`,
  );
  print(
    `  worst wait of a writer: ${tidy.idleWait.toFixed(0)} ms before, ${tidy.deleteWait.toFixed(0)} ms during deletes, ${tidy.dropWait.toFixed(0)} ms during drops`,
  );
}

function spread(times: readonly number[]): string {
  const [p50, p95] = [0.5, 0.95].map((share) => quantileOf(times, share).toFixed(1).padStart(7));
  return `p50${p50} ms, p95${p95} ms`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

import { createUserMessage, silentLogger } from '@vumi/core';
import { openStore } from '@vumi/store';
import { Client } from 'pg';
import { quantileOf } from '../quantile.ts';
import { serverCpuSeconds } from './queries.ts';

const CALLERS = 200;
const ROUNDS = 5;
const ROWS = 20_000;

/** How the recorder writes. */
export interface WriteFigures {
  /** Rows a second: the median of all rounds, and each. */
  readonly rate: number;
  readonly rates: readonly number[];
  /** Of a row, on average. What others write meanwhile is in those of the log. */
  readonly cpuMs: number;
  readonly walBytes: number;
  readonly pageImages: number;
}

/**
 * In turn, so that what else the machine does meets both. They begin after a checkpoint, so that the first rounds write
 * whole pages and the last ones hardly any.
 */
export async function benchWrites(
  empty: string,
  full: string,
): Promise<{ readonly empty: WriteFigures; readonly full: WriteFigures }> {
  const rounds = { empty: [] as Round[], full: [] as Round[] };
  await using watch = await watchServer(full);
  await watch.checkpoint();
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.empty.push(await runRound(empty, watch));
    rounds.full.push(await runRound(full, watch));
  }
  return { empty: figuresOf(rounds.empty), full: figuresOf(rounds.full) };
}

interface Round {
  readonly rate: number;
  readonly cpuMs: number;
  readonly walBytes: number;
  readonly pageImages: number;
}

async function runRound(url: string, watch: ServerWatch): Promise<Round> {
  await using store = await openStore({ url, logger: silentLogger });
  const before = { log: await watch.log(), cpu: await serverCpuSeconds(url) };
  const started = performance.now();
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < ROWS) {
      const n = next++;
      const message = createUserMessage({
        from_addr: `+2776${String(Math.floor(Math.random() * 2_000_003)).padStart(7, '0')}`,
        to_addr: '12345',
        content: `Dear user ${n}, your appointment at the clinic is on day ${n % 28} of the month; answer YES or NO`,
        transport_name: 'smsc0',
        transport_type: 'sms',
      });
      await store.recorder.inbound(message, { account: `bench${n % 100}`, app: 'app0' }, 'received');
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  const ms = performance.now() - started;
  const after = { log: await watch.log(), cpu: await serverCpuSeconds(url) };
  return {
    rate: (1000 * ROWS) / ms,
    cpuMs: (1000 * (after.cpu - before.cpu)) / ROWS,
    walBytes: (after.log.bytes - before.log.bytes) / ROWS,
    pageImages: (after.log.images - before.log.images) / ROWS,
  };
}

function figuresOf(rounds: readonly Round[]): WriteFigures {
  const mean = (figure: keyof Round): number =>
    rounds.reduce((sum, round) => sum + round[figure], 0) / rounds.length;
  const rates = rounds.map(({ rate }) => rate);
  return {
    rate: quantileOf(rates, 0.5),
    rates,
    cpuMs: mean('cpuMs'),
    walBytes: mean('walBytes'),
    pageImages: mean('pageImages'),
  };
}

interface ServerWatch extends AsyncDisposable {
  checkpoint(): Promise<void>;
  log(): Promise<{ readonly bytes: number; readonly images: number }>;
}

async function watchServer(url: string): Promise<ServerWatch> {
  const client = new Client(url);
  await client.connect();
  return {
    checkpoint: async () => void (await client.query('checkpoint')),
    async log() {
      const { rows } = await client.query<{ bytes: number; images: number }>(
        'select wal_bytes::float8 as bytes, wal_fpi::float8 as images from pg_stat_wal',
      );
      return rows[0] ?? { bytes: 0, images: 0 };
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

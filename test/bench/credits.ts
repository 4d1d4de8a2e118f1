import { fork } from 'node:child_process';
import { once } from 'node:events';
import { DEFAULT_PRICES, MICROS, newId, silentLogger } from '@vumi/core';
import { openStore, type Store } from '@vumi/store';
import { openStorePlace } from '../contract/store-place.ts';
import { quantileOf } from './quantile.ts';

/** Each with a store of its own, as senders are. */
const PROCESSES = 2;
/** Many callers who each wait for their charge; and one, whose charge stands alone. */
const CALLERS = [200, 1] as const;
const ACCOUNTS = [1, 100] as const;
/** A caller that is alone makes this share of the charges. */
const ALONE = 50;

export interface ChargePace {
  readonly accounts: number;
  /** In each of the processes. */
  readonly callers: number;
  /** Of all processes together. */
  readonly rate: number;
  /** Milliseconds until a charge was durable. */
  readonly p50: number;
  readonly p99: number;
  /** Credits that the balances have too much: 0. */
  readonly wrong: number;
}

/** What a process is told to do. */
interface Task {
  readonly url: string;
  readonly accounts: readonly string[];
  readonly callers: number;
  readonly count: number;
}

interface Share {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly times: readonly number[];
}

/** Charges of two processes at once on the database of VUMI_TEST_BACKEND: on one account, and over a hundred. */
export async function benchCredits(count: number): Promise<ChargePace[]> {
  await using place = await openStorePlace({ empty: true });
  await using store = await openStore({ url: place.url, logger: silentLogger });
  const paces: ChargePace[] = [];
  for (const callers of CALLERS) {
    const each = Math.ceil(count / PROCESSES / (callers === 1 ? ALONE : 1));
    for (const accounts of ACCOUNTS) {
      const names = Array.from({ length: accounts }, (_, index) => `of${callers}-${accounts}-${index}`);
      paces.push({ callers, ...(await chargePace(store, place.url, { names, callers, count: each })) });
    }
  }
  return paces;
}

async function chargePace(
  store: Store,
  url: string,
  { names, callers, count }: { names: readonly string[]; callers: number; count: number },
): Promise<Omit<ChargePace, 'callers'>> {
  const charged = count * PROCESSES;
  await Promise.all(names.map((account) => openAccount(store, account, charged)));
  const task = { url, accounts: names, callers, count };
  const shares = await runProcesses(task);
  const startedAt = Math.min(...shares.map((share) => share.startedAt));
  const endedAt = Math.max(...shares.map((share) => share.endedAt));
  const times = shares.flatMap((share) => share.times);
  const balances = await Promise.all(names.map((name) => store.credits.balance(name)));
  const left = balances.reduce((sum, { balance }) => sum + balance, 0) / MICROS;
  return {
    accounts: names.length,
    rate: (1000 * charged) / (endedAt - startedAt),
    p50: quantileOf(times, 0.5),
    p99: quantileOf(times, 0.99),
    wrong: left - (names.length - 1) * charged,
  };
}

async function openAccount(store: Store, account: string, credits: number): Promise<void> {
  await store.accounts.create(account);
  await store.accounts.change(account, { billing: { mode: 'enforced' } }, 'bench');
  const amount = credits * MICROS;
  await store.credits.topUp({ account, amount, source: 'bench', reference: null, actor: 'bench' });
}

/** They begin together, when all have a store. */
async function runProcesses(task: Task): Promise<Share[]> {
  const children = Array.from({ length: PROCESSES }, () => {
    const child = fork(import.meta.filename, [JSON.stringify(task)]);
    const died = once(child, 'exit').then(() => {
      throw new Error('a process of the bench ended before it was done');
    });
    const told = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), died]))[0];
    return { child, told };
  });
  await Promise.all(children.map(({ told }) => told()));
  const shares = children.map(({ told }) => told() as Promise<Share>);
  for (const { child } of children) child.send('begin');
  return Promise.all(shares);
}

async function chargeAll(store: Store, { accounts, callers, count }: Task): Promise<Share> {
  const times: number[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < count) {
      const account = accounts[next++ % accounts.length] ?? '';
      const before = performance.now();
      await chargeSegment(store, account);
      times.push(performance.now() - before);
    }
  };
  const startedAt = Date.now();
  await Promise.all(Array.from({ length: callers }, call));
  return { startedAt, endedAt: Date.now(), times };
}

async function chargeSegment(store: Store, account: string): Promise<void> {
  const { status } = await store.credits.charge({
    account,
    messageId: newId(),
    direction: 'outbound',
    transport: 'mno',
    route: null,
    app: null,
    segments: 1,
    price: { id: null, ...DEFAULT_PRICES.outbound },
    amount: MICROS,
    unrefusable: false,
  });
  if (status !== 'charged') throw new Error(`a charge was ${status}`);
}

const [, script, task] = process.argv;
if (script === import.meta.filename && task !== undefined) {
  const given = JSON.parse(task) as Task;
  await using store = await openStore({ url: given.url, logger: silentLogger });
  const begin = once(process, 'message');
  process.send?.('ready');
  await begin;
  process.send?.(await chargeAll(store, given));
}

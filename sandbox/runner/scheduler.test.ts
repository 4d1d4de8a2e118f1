import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { Scheduler } from './scheduler.ts';
import type { Tenant } from './tenant.ts';
import type { Usage } from './usage.ts';

const QUICK_ENTRIES = 30;

let clock = 0;
let started: string[] = [];
let scheduler: Scheduler;

beforeEach(() => {
  clock = 0;
  started = [];
  scheduler = new Scheduler(1, () => clock);
});

/** What the scheduler needs of a tenant. */
function tenant(app: string): Tenant & { finish(cpuMs: number): void } {
  const usage: Usage = scheduler.usageOf(app);
  const fake = {
    app,
    usage,
    queue: [] as Entry[],
    running: null as Entry | null,
    get mayRunInline() {
      return usage.mayRunInline;
    },
    run(entry: Entry, isInline: boolean) {
      started.push(isInline ? `${app} inline` : app);
      if (isInline) {
        clock += 1;
        usage.charge(1);
        scheduler.ended(fake as unknown as Tenant, true);
      } else fake.running = entry;
    },
    finish(cpuMs: number) {
      fake.running = null;
      usage.charge(cpuMs);
      scheduler.ended(fake as unknown as Tenant, false);
    },
  };
  return fake as unknown as Tenant & { finish(cpuMs: number): void };
}

const entry: Entry = { turn: '1', limitMs: 100, name: 'dispatch', args: [] };

function makeHeavy(app: string): void {
  for (let n = 0; n < 10; n++) scheduler.usageOf(app).charge(50);
}

test('entries of one tenant run one after the other', () => {
  const a = tenant('a');
  scheduler.add(a, entry);
  scheduler.add(a, entry);
  expect(started).toEqual(['a']);
  a.finish(1);
  expect(started).toEqual(['a', 'a']);
});

test('when lanes are full only a light app may start, and only one', () => {
  makeHeavy('heavy');
  const [heavy, light, other, third] = ['heavy', 'light', 'heavy', 'third'].map(tenant);
  for (const one of [heavy, other, light, third]) if (one !== undefined) scheduler.add(one, entry);
  expect(started).toEqual(['heavy', 'light']);
});

test('the app that used the least CPU lately is next', () => {
  makeHeavy('greedy');
  const [first, greedy, modest] = ['first', 'greedy', 'modest'].map(tenant);
  if (first === undefined || greedy === undefined || modest === undefined) throw new Error('no tenants');
  const blocker = tenant('blocker');
  scheduler.add(first, entry);
  scheduler.add(blocker, entry);
  scheduler.add(greedy, entry);
  scheduler.add(modest, entry);
  first.finish(1);
  expect(started).toEqual(['first', 'blocker', 'modest']);
});

test('an app that was always quick runs inline, and the process looks up in between', async () => {
  for (let n = 0; n < QUICK_ENTRIES; n++) scheduler.usageOf('quick').charge(0.1);
  const quick = tenant('quick');
  quick.queue.push(...Array.from({ length: 9 }, () => entry));
  scheduler.add(quick, entry);
  expect(started.length).toBeLessThan(10);
  expect(new Set(started)).toEqual(new Set(['quick inline']));
  while (started.length < 10) await nextTurn();
  expect(quick.queue).toEqual([]);
});

test('an app that overstayed inline has to make up for it', () => {
  const usage = scheduler.usageOf('slacker');
  for (let n = 0; n < QUICK_ENTRIES; n++) usage.charge(0.1);
  expect(usage.mayRunInline).toBe(true);
  usage.overstayed();
  for (let n = 0; n < QUICK_ENTRIES; n++) usage.charge(0.1);
  expect(usage.mayRunInline).toBe(false);
});

test('one slow entry ends the right to run inline', () => {
  const usage = scheduler.usageOf('once');
  for (let n = 0; n < QUICK_ENTRIES; n++) usage.charge(0.1);
  usage.charge(4);
  expect(usage.mayRunInline).toBe(false);
});

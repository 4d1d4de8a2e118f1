import { scheduleOf, silentLogger, VumiError, type AppRef, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startScheduler, type OpenSchedule, type SchedulerPorts } from './scheduler.ts';

const START = Date.UTC(2026, 10, 24, 8);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Schedules in a list, an app's queue in another. */
class Place implements SchedulerPorts {
  open: OpenSchedule[] = [];
  readonly published: UserMessage[] = [];
  readonly discarded: UserMessage[] = [];
  readonly inactive = new Set<string>();
  looks = 0;
  held = 0;
  lose: () => void = () => undefined;
  failPublish: Error | null = null;
  failRemove: Error | null = null;
  readonly logger = silentLogger;
  readonly clock = Date.now;
  #listener: () => void = () => undefined;

  /** Adds a schedule; `soon` as the store does it. */
  add(name: string, inMs: number, fields: Partial<OpenSchedule> = {}): void {
    const due_at = new Date(Date.now() + inMs).toISOString();
    this.open.push({
      account: 'clinic',
      app: 'hello',
      id: name,
      name,
      user: null,
      due_at,
      data: null,
      chain: null,
      repeat: null,
      ...fields,
    });
    if (inMs < 2000) this.#listener();
  }

  get fired(): string[] {
    return this.published.map((message) => scheduleOf(message)?.name ?? '');
  }

  async lease(signal: AbortSignal) {
    signal.throwIfAborted();
    this.held += 1;
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    this.lose = resolve;
    return { lost, [Symbol.asyncDispose]: async () => void (this.held -= 1) };
  }

  async due(
    at: number,
    { limit, perApp, except }: Parameters<SchedulerPorts['due']>[1],
  ): Promise<OpenSchedule[]> {
    this.looks += 1;
    const due = this.#sorted(except).filter(({ due_at }) => Date.parse(due_at) <= at);
    const ofApp = (index: number): number =>
      due.slice(0, index).filter(({ app }) => app === due[index]?.app).length;
    return due.filter((_, index) => ofApp(index) < perApp).slice(0, limit);
  }

  async next(except: readonly AppRef[]): Promise<number | null> {
    const [first] = this.#sorted(except);
    return first === undefined ? null : Date.parse(first.due_at);
  }

  async repeat(next: readonly { id: string; due: number }[]): Promise<void> {
    const dues = new Map(next.map(({ id, due }) => [id, new Date(due).toISOString()]));
    this.open = this.open.map((each) => {
      const due_at = dues.get(each.id);
      return due_at === undefined ? each : Object.assign({}, each, { due_at });
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    const failure = this.failRemove;
    this.failRemove = null;
    if (failure !== null) throw failure;
    this.open = this.open.filter(({ id }) => !ids.includes(id));
  }

  onSoon(listener: () => void): Disposable {
    this.#listener = listener;
    return { [Symbol.dispose]: () => (this.#listener = () => undefined) };
  }

  isActive(account: string): boolean {
    return !this.inactive.has(account);
  }

  async publish(_ref: AppRef, message: UserMessage): Promise<void> {
    if (this.failPublish !== null) throw this.failPublish;
    this.published.push(message);
  }

  async recordDiscarded(_ref: AppRef, message: UserMessage): Promise<void> {
    this.discarded.push(message);
  }

  #sorted(except: readonly AppRef[]): OpenSchedule[] {
    return this.open
      .filter(({ app }) => !except.some((resting) => resting.app === app))
      .toSorted((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
  }
}

test('schedules are fired at their times, each once, with what they carry', async () => {
  const place = new Place();
  place.add('later', 5000);
  place.add('first', 1200, { user: '+2776', data: { n: 1 } });
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(1199);
  expect(place.fired).toEqual([]);
  await vi.advanceTimersByTimeAsync(2);
  expect(place.fired).toEqual(['first']);
  expect(place.published[0]).toMatchObject({
    from_addr: '+2776',
    content: null,
    helper_metadata: {
      vumi: {
        account: 'clinic',
        app: 'hello',
        schedule: { name: 'first', due: START + 1200, data: { n: 1 } },
      },
    },
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(place.fired).toEqual(['first', 'later']);
  expect(place.open).toEqual([]);
});

test('one that is made while the scheduler waits is fired in time', async () => {
  const place = new Place();
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(500);
  place.add('soon', 100);
  await vi.advanceTimersByTimeAsync(101);
  expect(place.fired).toEqual(['soon']);
});

test('the longest overdue come first after a pause of the platform, however many there are', async () => {
  const place = new Place();
  const names = Array.from({ length: 450 }, (_, index) => `s${index}`);
  for (const [index, name] of names.entries()) place.add(name, -100_000 + index, { app: `app${index % 9}` });
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(1);
  expect(place.fired).toEqual(names);
});

test('an idle scheduler looks once a second', async () => {
  const place = new Place();
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(place.looks).toBeLessThanOrEqual(11);
});

test('one that was published and not removed is published again as the same message', async () => {
  const place = new Place();
  place.failRemove = new VumiError('store.unavailable', 'gone');
  place.add('twice', 0);
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(1000);
  expect(place.fired).toEqual(['twice', 'twice']);
  expect(new Set(place.published.map(({ message_id }) => message_id)).size).toBe(1);
  expect(place.open).toEqual([]);
});

test('none is lost while the broker is away', async () => {
  const place = new Place();
  place.failPublish = new VumiError('broker.unavailable', 'gone');
  place.add('patient', 0);
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(place.open).toHaveLength(1);
  place.failPublish = null;
  await vi.advanceTimersByTimeAsync(7000);
  expect(place.fired).toEqual(['patient']);
});

test('those of an inactive account are discarded and recorded', async () => {
  const place = new Place();
  place.inactive.add('closed');
  place.add('never', 0, { account: 'closed' });
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(10);
  expect(place.fired).toEqual([]);
  expect(place.discarded.map((message) => scheduleOf(message)?.name)).toEqual(['never']);
  expect(place.open).toEqual([]);
});

test('a scheduler whose lease is lost waits for it again, and gives it back at the end', async () => {
  const place = new Place();
  const scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(10);
  place.lose();
  place.add('after', 100);
  await vi.advanceTimersByTimeAsync(2000);
  expect(place.fired).toEqual(['after']);
  expect(place.held).toBe(1);
  await scheduler[Symbol.asyncDispose]();
  expect(place.held).toBe(0);
  place.add('closed', 0);
  await vi.advanceTimersByTimeAsync(5000);
  expect(place.fired).toEqual(['after']);
});

test('an app with hundreds that are due at once keeps neither its own queue nor other apps waiting', async () => {
  const place = new Place();
  for (let n = 0; n < 420; n += 1) place.add(`reminder ${n}`, 0);
  place.add('of another app', 1, { app: 'quiz' });
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(400);
  expect(place.fired).toHaveLength(51);
  expect(place.fired).toContain('of another app');
  await vi.advanceTimersByTimeAsync(500);
  expect(place.fired).toHaveLength(101);
  await vi.advanceTimersByTimeAsync(4000);
  expect(place.open).toEqual([]);
  expect(new Set(place.fired).size).toBe(421);
  expect(place.looks).toBeLessThan(40);
});

test('what comes again is fired each time, as a message of its own, until it is gone', async () => {
  const place = new Place();
  await using _scheduler = startScheduler(place);
  place.add('hourly', 1000, { repeat: { every: 3600 } });
  place.add('once', 1000);
  for (let hours = 1; hours <= 3; hours++) {
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(place.fired.filter((name) => name === 'hourly')).toHaveLength(hours);
  }
  const hourly = place.published.filter((message) => scheduleOf(message)?.name === 'hourly');
  expect(hourly.map((message) => (scheduleOf(message)?.due ?? 0) - START)).toEqual([
    1000, 3_601_000, 7_201_000,
  ]);
  expect(new Set(hourly.map(({ message_id }) => message_id)).size).toBe(3);
  expect(place.fired.filter((name) => name === 'once')).toHaveLength(1);
  place.open = [];
  await vi.advanceTimersByTimeAsync(7_200_000);
  expect(place.fired).toHaveLength(4);
});

test('what was due several times while nobody fired comes once, the longest overdue first, and then in time', async () => {
  const place = new Place();
  place.add('second', -3_600_000);
  place.add('daily', -3 * 86_400_000, { repeat: { time: '08:00' } });
  place.add('interval', -90_000, { repeat: { every: 60 } });
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(1000);
  expect(place.fired).toEqual(['daily', 'second', 'interval']);
  const dues = Object.fromEntries(place.open.map(({ name, due_at }) => [name, Date.parse(due_at) - START]));
  expect(dues).toEqual({ daily: 86_400_000, interval: 30_000 });
});

test('one that was published and not put off is published again under the same id', async () => {
  const place = new Place();
  place.add('hourly', 1000, { repeat: { every: 3600 } });
  const repeat = place.repeat.bind(place);
  place.repeat = () => {
    place.repeat = repeat;
    return Promise.reject(new VumiError('store.unavailable', 'away'));
  };
  await using _scheduler = startScheduler(place);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(place.fired).toEqual(['hourly', 'hourly']);
  expect(new Set(place.published.map(({ message_id }) => message_id)).size).toBe(1);
});

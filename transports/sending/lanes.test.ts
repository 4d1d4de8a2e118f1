import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lanes, type LaneSession, type LanesOptions, type Turn } from './lanes.ts';

class FakeSession implements LaneSession {
  hasRoom = true;
}

let said: boolean[];

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function lanesOf(options: Partial<LanesOptions> = {}): Lanes<FakeSession> {
  return new Lanes({
    window: 100,
    maxRate: Number.POSITIVE_INFINITY,
    delayMs: 100,
    clock: () => performance.now(),
    onAnswered: () => {},
    onThrottled: (throttled) => said.push(throttled),
    ...options,
  });
}

/** Enters so often and keeps the turns that it gets. */
function enter(lanes: Lanes<FakeSession>, count: number, again = false): Turn<FakeSession>[] {
  const turns: Turn<FakeSession>[] = [];
  for (let index = 0; index < count; index += 1) {
    void Promise.resolve(lanes.enter(again)).then((turn) => turns.push(turn));
  }
  return turns;
}

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('lanes', () => {
  it('give the bind with the fewest unanswered, and no more than its window', async () => {
    const lanes = lanesOf({ window: 3 });
    const [one, two] = [new FakeSession(), new FakeSession()];
    lanes.join('1', one);
    lanes.join('2', two);
    const turns = enter(lanes, 10);
    await settle();
    expect(turns.map(({ session }) => session)).toEqual([one, two, one, two, one, two]);
    expect([lanes.inFlight, lanes.waiting]).toEqual([6, 4]);
    turns[1]?.done('passed');
    await settle();
    expect(turns[6]?.session).toBe(two);
  });

  it('wait for a bind, and serve who waits in order', async () => {
    const lanes = lanesOf({ window: 1 });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      void Promise.resolve(lanes.enter(name === 'c')).then((turn) => {
        order.push(name);
        turn.done('passed');
      });
    }
    await settle();
    expect(order).toEqual([]);
    lanes.join('1', new FakeSession());
    await settle();
    // What the SMSC has put off goes before what is new.
    expect(order).toEqual(['c', 'a', 'b']);
  });

  it('hold what waits when a session takes no more, until it says that there is room', async () => {
    const lanes = lanesOf();
    const session = new FakeSession();
    session.hasRoom = false;
    lanes.join('1', session);
    const turns = enter(lanes, 1);
    await settle(1000);
    expect(turns).toEqual([]);
    session.hasRoom = true;
    lanes.pump();
    await settle();
    expect(turns).toHaveLength(1);
  });

  it('keep to the rate of each bind', async () => {
    const lanes = lanesOf({ maxRate: 20 });
    lanes.join('1', new FakeSession());
    lanes.join('2', new FakeSession());
    const turns = enter(lanes, 100);
    await settle(1000);
    expect(turns.length).toBeGreaterThanOrEqual(38);
    expect(turns.length).toBeLessThanOrEqual(43);
  });

  it('say when the SMSC throttles and when it has ended, once each', async () => {
    const lanes = lanesOf();
    lanes.join('1', new FakeSession());
    const turns = enter(lanes, 3);
    await settle();
    for (const { done } of turns) done('throttled');
    expect([lanes.throttled, said]).toEqual([true, [true]]);
    const again = enter(lanes, 2, true);
    await settle(99);
    expect(again).toHaveLength(0);
    await settle(1);
    expect(again).toHaveLength(1);
    again[0]?.done('passed');
    await settle(2000);
    again[1]?.done('passed');
    expect(said).toEqual([true, false]);
  });

  it('keep what they know of a bind’s limits over its connections', async () => {
    const lanes = lanesOf();
    const session = new FakeSession();
    lanes.join('1', session);
    const { done } = await lanes.enter(false);
    done('throttled');
    lanes.leave('1', session);
    expect(lanes.open).toBe(0);
    lanes.join('1', new FakeSession());
    expect(lanes.rate).toBe(1);
  });

  it.each([
    ['window', { window: 2 }],
    ['pace', { maxRate: 10 }],
  ] as const)('know that the %s is what limits', async (limit, options) => {
    const lanes = lanesOf(options);
    lanes.join('1', new FakeSession());
    const turns = enter(lanes, 50);
    for (let round = 0; round < 10; round += 1) {
      for (const turn of turns.splice(0)) turn.done('passed');
      await settle(100);
    }
    lanes.sweep();
    expect(lanes.limit).toBe(limit);
    lanes.sweep();
    expect(lanes.limit).toBeNull();
  });

  it('that are closed send everybody away', async () => {
    const lanes = lanesOf();
    const waiting = lanes.enter(false);
    lanes.close();
    await expect(waiting).rejects.toMatchObject({ code: 'transport.not_connected' });
    await expect(lanes.enter(true)).rejects.toMatchObject({ code: 'transport.not_connected' });
  });
});

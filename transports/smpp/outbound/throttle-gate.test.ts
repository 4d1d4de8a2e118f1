import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ThrottleGate } from './throttle-gate.ts';

let gate: ThrottleGate;
let said: string[];

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  gate = new ThrottleGate({
    delayMs: 100,
    onThrottled: () => said.push('throttled'),
    onReleased: () => said.push('released'),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** How many have come through so far. */
function enter(count: number): () => Promise<number> {
  let through = 0;
  for (let index = 0; index < count; index += 1) {
    void Promise.resolve(gate.enter()).then(() => {
      through += 1;
    });
  }
  return async () => {
    await vi.advanceTimersByTimeAsync(0);
    return through;
  };
}

describe('the throttle gate', () => {
  it('lets everything through at first', async () => {
    expect(await enter(1000)()).toBe(1000);
    expect(gate.throttled).toBe(false);
  });

  it('waits when the SMSC throttles, lets one try, then more with each success', async () => {
    await enter(1)();
    gate.leave('throttled');
    const through = enter(10);
    expect(await through()).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(await through()).toBe(1);
    gate.leave('passed');
    expect(await through()).toBe(3);
    gate.leave('passed');
    gate.leave('passed');
    expect(await through()).toBe(7);
    expect(said).toEqual(['throttled']);
  });

  it('doubles its delay while it goes on, up to five seconds', async () => {
    await enter(1)();
    const delays: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      gate.leave('throttled');
      const through = enter(1);
      const from = Date.now();
      while ((await through()) === 0) await vi.advanceTimersByTimeAsync(100);
      delays.push(Date.now() - from);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('is open again when nobody waits', async () => {
    await enter(1)();
    gate.leave('throttled');
    const through = enter(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await through()).toBe(1);
    gate.leave('passed');
    expect(gate.throttled).toBe(false);
    expect(said).toEqual(['throttled', 'released']);
  });

  it('that is closed lets everybody out', async () => {
    await enter(1)();
    gate.leave('throttled');
    const through = enter(5);
    gate.close();
    expect(await through()).toBe(5);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { LatencyMeter, RateMeter } from './meters.ts';
import { Pace } from './pace.ts';

const HOUR = 3_600_000;

let now: number;

beforeEach(() => {
  now = HOUR;
});

const paceOf = (maxRate: number): Pace => new Pace({ maxRate, delayMs: 100 });

/** Sends whenever it may for `ms`, one millisecond at a time; `takes` is the SMSC. Gives the times of what it accepted. */
function run(pace: Pace, ms: number, takes: (at: number) => boolean = () => true): number[] {
  const accepted: number[] = [];
  for (const until = now + ms; now < until; now += 1) {
    while (pace.waitMs(now) === 0 && accepted.length < 100_000) {
      const taken = pace.take(now);
      const passed = takes(now);
      if (passed) accepted.push(now);
      pace.report(taken, passed ? 'passed' : 'throttled', now);
      if (pace.rate === Number.POSITIVE_INFINITY) break;
    }
  }
  return accepted;
}

/** An SMSC that takes so many in any second. */
function limitOf(perSecond: number): (at: number) => boolean {
  const taken: number[] = [];
  return (at) => {
    while ((taken[0] ?? at) <= at - 1000) taken.shift();
    if (taken.length >= perSecond) return false;
    taken.push(at);
    return true;
  };
}

describe('a pace', () => {
  it.each([5, 20, 300, 2500])('of %d a second sends so many in every second, evenly', (rate) => {
    const sent = run(paceOf(rate), 5000);
    expect(sent.length).toBeGreaterThanOrEqual(rate * 5 * 0.99);
    for (let from = HOUR; from < HOUR + 4000; from += 250) {
      const second = sent.filter((at) => at >= from && at < from + 1000).length;
      expect(second).toBeLessThanOrEqual(rate * 1.01 + 1);
    }
    const halves = [
      sent.filter((at) => at < HOUR + 500).length,
      sent.filter((at) => at < HOUR + 1000).length,
    ];
    expect((halves[0] ?? 0) / (halves[1] ?? 1)).toBeCloseTo(0.5, 0);
  });

  it('does not save up what it did not use', () => {
    const pace = paceOf(10);
    run(pace, 1000);
    now += HOUR;
    expect(run(pace, 50).length).toBeLessThanOrEqual(2);
  });

  it('without a limit sends everything, until the SMSC throttles', () => {
    const pace = paceOf(Number.POSITIVE_INFINITY);
    expect([pace.waitMs(now), pace.rate]).toEqual([0, Number.POSITIVE_INFINITY]);
    run(pace, 200, () => false);
    expect(pace.rate).toBe(1);
  });

  it('waits when it is throttled, longer while that goes on, and lets one try alone', () => {
    const pace = paceOf(Number.POSITIVE_INFINITY);
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      pace.report(pace.take(now), 'throttled', now);
      const from = now;
      while (pace.waitMs(now) > 0) now += pace.waitMs(now);
      waits.push(now - from);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    pace.take(now);
    expect(pace.waitMs(now)).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts what was sent before it slowed down once, however much of it is refused', () => {
    const pace = paceOf(100);
    const taken = Array.from({ length: 10 }, () => pace.take(now));
    for (const number of taken) pace.report(number, 'throttled', now);
    const once = pace.rate;
    expect(once).toBeGreaterThanOrEqual(1);
    expect(pace.waitMs(now)).toBe(100);
  });

  it.each([10, 100])('finds the %d a second that an SMSC takes and stays near it', (limit) => {
    const pace = paceOf(Number.POSITIVE_INFINITY);
    const takes = limitOf(limit);
    run(pace, 10_000, takes);
    let refused = 0;
    const sent = run(pace, 20_000, (at) => {
      const taken = takes(at);
      if (!taken) refused += 1;
      return taken;
    });
    expect(sent.length / 20).toBeGreaterThan(limit * 0.65);
    expect(refused / sent.length).toBeLessThan(0.06);
  });

  it.each([0.01, 0.025, 0.05, 0.1, 0.2])(
    'is not slowed for good by an SMSC that refuses %d at random',
    (share) => {
      const pace = paceOf(Number.POSITIVE_INFINITY);
      let seed = 123_456_789;
      const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
      run(pace, 30_000, () => random() >= share);
      const sent = run(pace, 20_000, () => random() >= share);
      expect(sent.length / 20).toBeGreaterThan(500);
    },
  );

  it('slows down for faults without waiting, and is as fast as before after a minute', () => {
    const pace = paceOf(1000);
    run(pace, 1000);
    pace.report(pace.take(now), 'strained', now);
    expect(pace.rate).toBe(1000);
    for (let fault = 0; fault < 3; fault += 1) pace.report(pace.take(now), 'strained', now);
    expect(pace.rate).toBeLessThan(1000);
    expect(pace.waitMs(now)).toBe(0);
    now += 61_000;
    run(pace, 10);
    expect(pace.rate).toBe(1000);
  });
});

describe('meters', () => {
  it('count what happened in the last second', () => {
    const meter = new RateMeter();
    for (let count = 0; count < 30; count += 1) meter.add(now + count * 50);
    expect(meter.perSecond(now + 1450)).toBeLessThanOrEqual(20);
    expect(meter.perSecond(now + 1450)).toBeGreaterThanOrEqual(18);
    expect(meter.perSecond(now + 5000)).toBe(0);
  });

  it('know the middle and the slow of the last durations, and forget older ones', () => {
    const meter = new LatencyMeter();
    expect(meter.quantile(0.5)).toBe(0);
    for (let ms = 1; ms <= 1000; ms += 1) meter.add(ms);
    expect(meter.quantile(0)).toBe(745);
    expect(meter.quantile(0.95)).toBe(988);
  });
});

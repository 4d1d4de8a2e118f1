import { FakeMachine } from '@vumi/machine/testing';
import { expect, test } from 'vitest';
import { Liveness } from './liveness.ts';

const PID = 7;
const TICK_MS = 50;

interface Life {
  readonly cpu?: number;
  readonly waits?: number;
  readonly runnable?: boolean;
}

/** A runner that has been pinged and lives like this, each tick; how long it takes until it is judged, and how. */
function judged(life: Life, { turn = null, ms = 100_000 }: { turn?: string | null; ms?: number } = {}) {
  const machine = new FakeMachine();
  const times = { cpuMs: 1000, waitedMs: 0, runnable: life.runnable ?? false };
  machine.threads.set(PID, times);
  const liveness = new Liveness(machine, PID);
  liveness.pinged();
  for (let at = TICK_MS; at <= ms; at += TICK_MS) {
    times.cpuMs += life.cpu ?? 0;
    times.waitedMs += life.waits ?? 0;
    machine.pass(TICK_MS);
    const verdict = liveness.judge(turn);
    if (verdict !== null) return { at, verdict };
  }
  return null;
}

test('a runner that does nothing and does not answer is found out soon', () => {
  const end = judged({});
  expect(end?.verdict).toEqual({ hangs: 'it answers no ping' });
  expect(end?.at).toBeLessThan(1500);
});

test('a turn that does not let the thread go is named at once', () => {
  expect(judged({ cpu: 50, runnable: true }, { turn: '5' })).toEqual({ at: 150, verdict: { held: '5' } });
});

test('a turn whose runner waits for a processor is not blamed for it', () => {
  expect(judged({ cpu: 1, waits: 49 }, { turn: '5', ms: 4900 })).toBeNull();
});

test('a runner that works is not one that hangs, but it must come to an end', () => {
  expect(judged({ cpu: 50, runnable: true }, { ms: 5000 })).toBeNull();
  expect(judged({ cpu: 50, runnable: true })).toMatchObject({
    verdict: { hangs: 'it works without end and answers no ping' },
  });
});

test('nobody is shot for time in which he had no processor, until nobody can wait any longer', () => {
  expect(judged({ runnable: true }, { ms: 59_000 })).toBeNull();
  expect(judged({ waits: 50 }, { ms: 59_000 })).toBeNull();
  expect(judged({ waits: 50 })?.verdict).toMatchObject({
    hangs: expect.stringContaining('overloaded') as string,
  });
});

test('a thread that waits for another one without a processor gets longer', () => {
  const machine = new FakeMachine();
  machine.threads.set(PID, { cpuMs: 0, waitedMs: 0, runnable: false });
  const liveness = new Liveness(machine, PID);
  liveness.pinged();
  machine.pass(1000);
  expect(liveness.judge(null)).toBeNull();
  machine.lose(5000, PID);
  expect(liveness.judge(null)).toBeNull();
  machine.pass(500);
  expect(liveness.judge(null)).not.toBeNull();
});

test('a pause of the process that watches kills nobody', () => {
  const machine = new FakeMachine();
  machine.threads.set(PID, { cpuMs: 0, waitedMs: 0, runnable: false });
  const liveness = new Liveness(machine, PID);
  liveness.pinged();
  machine.lose(20_000);
  expect(liveness.judge(null)).toBeNull();
  liveness.answered();
  machine.pass(20_000);
  expect(liveness.judge(null)).toBeNull();
});

test('where the system does not tell, a runner that is silent gets longer', () => {
  const machine = new FakeMachine();
  const liveness = new Liveness(machine, PID);
  liveness.pinged();
  machine.pass(4900);
  expect(liveness.judge('5')).toBeNull();
  machine.pass(200);
  expect(liveness.judge('5')).toEqual({ hangs: 'it answers no ping' });
});

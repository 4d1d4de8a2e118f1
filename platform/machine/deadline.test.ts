import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startDeadline, withinGiven, type Expiry } from './deadline.ts';
import { FakeMachine } from './testing/index.ts';

const PID = 77;
const LIMIT_MS = 5000;

function started(options: { pid?: number; ceilingMs?: number } = {}) {
  const machine = new FakeMachine();
  const expiries: Expiry[] = [];
  const deadline = startDeadline({ limitMs: LIMIT_MS, machine, ...options }, (expiry) =>
    expiries.push(expiry),
  );
  return { machine, expiries, deadline };
}

test('on a quiet machine a deadline passes when its limit is over, once', () => {
  const { machine, expiries } = started();
  machine.pass(LIMIT_MS - 1);
  expect(expiries).toEqual([]);
  machine.pass(100_000);
  expect(expiries).toEqual([{ elapsedMs: LIMIT_MS, lostMs: 0, machineIsSlow: false }]);
});

test('what this process was not given does not count', () => {
  const { machine, expiries } = started();
  machine.lose(30_000);
  machine.pass(LIMIT_MS - 1);
  expect(expiries).toEqual([]);
  machine.pass(1);
  expect(expiries).toEqual([{ elapsedMs: 35_000, lostMs: 30_000, machineIsSlow: false }]);
});

test('what the process that is judged was not given does not count, and that of others does', () => {
  const { machine, expiries } = started({ pid: PID });
  machine.lose(4000, PID);
  machine.lose(4000, PID + 1);
  expect(expiries).toEqual([]);
  machine.lose(7000, PID);
  machine.pass(999);
  expect(expiries).toEqual([]);
  machine.pass(21);
  expect(expiries).toMatchObject([{ lostMs: 11_000, machineIsSlow: false }]);
});

test('a machine that gives nothing at all ends it at the ceiling, and that is told', () => {
  const { machine, expiries } = started({ pid: PID, ceilingMs: 20_000 });
  machine.lose(19_999, PID);
  expect(expiries).toEqual([]);
  machine.lose(1000, PID);
  expect(expiries).toMatchObject([{ machineIsSlow: true }]);
});

test('a deadline begins anew, and can be called off', () => {
  const { machine, expiries, deadline } = started();
  machine.pass(4000);
  deadline.restart();
  machine.pass(4000);
  expect(expiries).toEqual([]);
  deadline[Symbol.dispose]();
  machine.pass(100_000);
  expect(expiries).toEqual([]);
});

test('an answer that arrived while nothing could be read is read before the judgement', async () => {
  const answer = stat('.').then(() => 'here');
  const waiting = withinGiven(answer, { limitMs: 1 }, () => new Error('too late'));
  const end = performance.now() + 30;
  while (performance.now() < end);
  expect(await waiting).toBe('here');
});

test('a promise that takes longer than was given is rejected with what is made of it', async () => {
  const machine = new FakeMachine();
  const never = new Promise<never>(() => undefined);
  const waiting = withinGiven(
    never,
    { limitMs: 10, machine },
    ({ elapsedMs }) => new Error(`${elapsedMs} ms`),
  );
  machine.pass(10);
  await expect(waiting).rejects.toThrow('10 ms');
});

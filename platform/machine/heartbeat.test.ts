import { expect, test } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

const START = { now: 0, cpuMs: 0, waitedMs: 0 };

test('a beat in time has lost nothing', () => {
  const heartbeat = new Heartbeat(100, START);
  heartbeat.beat({ now: 100, cpuMs: 3, waitedMs: 0 });
  expect(heartbeat.lostMs(150)).toBe(0);
});

test('a beat that is late has lost what it is late by, already before it comes', () => {
  const heartbeat = new Heartbeat(100, START);
  expect(heartbeat.lostMs(400)).toBe(300);
  heartbeat.beat({ now: 400, cpuMs: 0, waitedMs: 300 });
  expect([heartbeat.lostMs(400), heartbeat.starvedMs]).toEqual([300, 300]);
});

test('waits between beats count though no beat is late', () => {
  const heartbeat = new Heartbeat(100, START);
  heartbeat.beat({ now: 101, cpuMs: 10, waitedMs: 60 });
  expect([heartbeat.lostMs(101), heartbeat.starvedMs]).toEqual([60, 60]);
});

test('what its own code held up is lost, but the machine has given it', () => {
  const heartbeat = new Heartbeat(100, START);
  heartbeat.beat({ now: 1100, cpuMs: 1050, waitedMs: 20 });
  expect([heartbeat.lostMs(1100), heartbeat.starvedMs]).toEqual([1000, 20]);
});

test('where the system does not tell of waits, what is late and was not used is starved', () => {
  const heartbeat = new Heartbeat(100, { ...START, waitedMs: null });
  heartbeat.beat({ now: 1100, cpuMs: 400, waitedMs: null });
  expect([heartbeat.lostMs(1100), heartbeat.starvedMs]).toEqual([1000, 600]);
});

test('the clock of what is given never falls, and loses what beats find lost', () => {
  const heartbeat = new Heartbeat(100, START);
  expect(heartbeat.given(90)).toBe(90);
  heartbeat.beat({ now: 100, cpuMs: 10, waitedMs: 60 });
  expect([heartbeat.given(100), heartbeat.given(140), heartbeat.given(180)]).toEqual([90, 90, 120]);
});

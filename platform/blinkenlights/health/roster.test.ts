import { describe, expect, test } from 'vitest';
import { encodeVumiBeat, parseBeat, workerId } from './beat.ts';
import type { Judged } from './judged.ts';
import { Roster, type RosterOptions } from './roster.ts';

const T0 = Date.parse('2026-11-29T12:00:00Z');
const at = (seconds: number): number => T0 + seconds * 1000;

/** A roster at a time of its own. */
class World {
  readonly roster: Roster;
  overloaded = false;

  constructor(options: Partial<RosterOptions> = {}) {
    this.roster = new Roster({ deadlineMs: 30_000, discover: true, ...options });
  }

  /** A worker of whoever it is. */
  beat(seconds: number, name: string, pid: number, further: object = {}): ReturnType<Roster['hear']> {
    const beating = { systemId: 'global', name, hostname: 'host', pid };
    return this.roster.hear(parseBeat(encodeVumiBeat(beating, at(seconds), further)), at(seconds));
  }

  /** A process of ours with its workers, which say that they are well. */
  process(
    seconds: number,
    pid: number,
    workers: Readonly<Record<string, string>>,
    further: object = {},
  ): void {
    const common = { supervisor: 'host', interval: 10, ...further };
    for (const name of Object.keys(workers)) {
      this.beat(seconds, name, pid, { kind: 'worker', status: 'ok', status_message: 'running', ...common });
    }
    this.beat(seconds, 'process:host', pid, { kind: 'process', workers, ...common });
  }

  audit(seconds: number): Judged[] {
    return this.roster.audit({ now: at(seconds), from: T0, overloaded: this.overloaded });
  }

  /** Of each component its level. */
  levels(seconds: number): Record<string, string> {
    return Object.fromEntries(this.audit(seconds).map(({ name, level }) => [name, level]));
  }

  of(seconds: number, name: string): Judged | undefined {
    return this.audit(seconds).find(({ id }) => id === workerId('global', name));
  }
}

describe("the platform's own processes", () => {
  test('a process that is killed is missed after two beats, with all that it ran', () => {
    const world = new World();
    world.process(0, 1, { api: 'each', smsc: 'one' });
    world.process(10, 1, { api: 'each', smsc: 'one' });
    expect(world.levels(28)).toEqual({ 'process:host': 'ok', api: 'ok', smsc: 'ok' });
    expect(world.levels(30)).toEqual({ 'process:host': 'down', api: 'down', smsc: 'down' });
    expect(world.of(30, 'smsc')).toMatchObject({
      type: 'min-procs-fail',
      message: 'no process runs it; last heard at 2026-11-29T12:00:10.000Z from process 1 on host',
    });
    expect(world.of(30, 'process:host')?.message).toContain('it ran api, smsc');
  });

  test('one that is started again in its place takes over at once', () => {
    const world = new World();
    world.process(0, 1, { api: 'each', smsc: 'one' });
    world.process(5, 2, { api: 'each', smsc: 'one' });
    for (let seconds = 5; seconds < 100; seconds += 0.5) {
      if (seconds % 10 === 5) world.process(seconds, 2, { api: 'each', smsc: 'one' });
      expect(world.levels(seconds)).toEqual({ 'process:host': 'ok', api: 'ok', smsc: 'ok' });
    }
    expect(world.of(100, 'api')).toMatchObject({ needed: 1, instances: [{ pid: 2 }] });
  });

  test('one of two that is killed leaves the other short, and is forgotten an hour later', () => {
    const world = new World();
    const workers = { sandbox: 'each', smsc: 'one' };
    world.process(0, 1, workers, { supervisor: 'host-a' });
    for (let seconds = 0; seconds <= 3700; seconds += 10) {
      world.process(seconds, 2, workers, { supervisor: 'host-b' });
      world.audit(seconds);
      if (seconds === 30) {
        expect(world.of(30, 'sandbox')).toMatchObject({ level: 'degraded', needed: 2 });
        // Of those that may run it one does.
        expect(world.of(30, 'smsc')).toMatchObject({ level: 'ok', needed: 1 });
      }
    }
    expect(world.levels(3700)).toEqual({ 'process:host-b': 'ok', sandbox: 'ok', smsc: 'ok' });
  });

  test('one that says that it goes is not missed', () => {
    const world = new World();
    world.process(0, 1, { api: 'each' });
    world.beat(5, 'process:host', 1, { kind: 'process', supervisor: 'host', leaving: true });
    expect(world.levels(60)).toEqual({});
  });

  test('a worker that its process stopped is not missed; one that does not start is', () => {
    const world = new World();
    world.process(0, 1, { api: 'each', words: 'one' });
    world.process(10, 1, { api: 'each' });
    expect(world.levels(31)).not.toHaveProperty('words');
    const listed = { workers: { api: 'each', echo: 'one' }, failing: { echo: 'no such host' } };
    for (let seconds = 40; seconds <= 60; seconds += 10) {
      world.process(seconds, 1, { api: 'each' }, listed);
      expect(world.levels(seconds)).toMatchObject(seconds < 60 ? { api: 'ok' } : { api: 'ok', echo: 'down' });
    }
    expect(world.of(60, 'echo')).toMatchObject({
      level: 'down',
      message: 'no process runs it: no such host; nothing was heard of it',
    });
  });

  test('what a process knew outlives the monitor: who died meanwhile is missed', () => {
    const before = new World();
    before.process(0, 1, { api: 'each' });
    const world = new World();
    world.roster.restore(JSON.parse(JSON.stringify(before.roster.processes)));
    expect(world.levels(1)).toEqual({ 'process:host': 'ok' });
    expect(world.levels(21)).toEqual({ 'process:host': 'down', api: 'down' });
  });

  test('a machine that has too much to do is given five times as long', () => {
    const world = new World();
    world.process(0, 1, { api: 'each' }, { overloaded: true });
    expect(world.levels(90)).toEqual({ 'process:host': 'degraded', api: 'ok' });
    expect(world.levels(101)).toMatchObject({ api: 'down' });
    const judged = new World();
    judged.process(0, 1, { api: 'each' });
    judged.overloaded = true;
    expect(judged.levels(90)).toMatchObject({ api: 'ok' });
  });

  test('what a worker says of itself is how it is', () => {
    const world = new World();
    world.process(0, 1, { api: 'each' }, { status: 'down', status_message: 'no port' });
    expect(world.of(1, 'api')).toMatchObject({ level: 'down', type: 'worker-down', message: 'no port' });
    world.process(2, 2, { api: 'each' }, { supervisor: 'other' });
    expect(world.of(3, 'api')).toMatchObject({ level: 'degraded', message: 'no port' });
  });
});

describe("Vumi's monitored systems", () => {
  const wanted = { systemId: 'global', name: 'twitter', minProcs: 2, patienceMs: 30_000 };

  test('fewer processes than asked for are an issue, distinct by host and process id', () => {
    const world = new World({ discover: false });
    world.roster.want([wanted], T0);
    world.beat(1, 'twitter', 1);
    world.beat(11, 'twitter', 1);
    expect(world.levels(20)).toEqual({});
    expect(world.of(31, 'twitter')).toMatchObject({ level: 'degraded', type: 'min-procs-fail', needed: 2 });
    world.beat(32, 'twitter', 2);
    expect(world.of(33, 'twitter')).toMatchObject({ level: 'ok', instances: [{ pid: 1 }, { pid: 2 }] });
    expect(world.of(62, 'twitter')).toMatchObject({
      level: 'down',
      message: expect.stringContaining('0 of 2'),
    });
  });

  test('unknown workers and beats older than the deadline do not count', () => {
    const world = new World({ discover: false });
    world.roster.want([wanted], T0);
    expect(world.beat(1, 'stranger', 1)).toBe('unknown');
    const old = parseBeat(
      encodeVumiBeat({ systemId: 'global', name: 'twitter', hostname: 'h', pid: 1 }, at(0)),
    );
    expect(world.roster.hear(old, at(31))).toBe('late');
    expect(world.of(32, 'twitter')?.message).toContain('31 s old when they come: look at the clock');
  });
});

describe('strangers', () => {
  test("a Python Vumi's worker that was heard once is missed after two of its intervals, for a day", () => {
    const world = new World();
    world.beat(0, 'old', 7);
    expect(world.levels(19)).toEqual({ old: 'ok' });
    expect(world.levels(20)).toEqual({ old: 'down' });
    expect(world.levels(24 * 3600 + 21)).toEqual({});
  });

  test("a component in the roadmap's form is missed after two minutes", () => {
    const world = new World();
    const body =
      '{"name":"SMPP 1","uuid":"0f148162","timestamp":[2026,11,29,12,0,0],"messages per second":7}';
    expect(world.roster.hear(parseBeat(body), at(1))).toBe('heard');
    expect(world.levels(120)).toEqual({ 'SMPP 1': 'ok' });
    expect(world.levels(122)).toEqual({ 'SMPP 1': 'down' });
  });
});

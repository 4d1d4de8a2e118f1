import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockMove } from '@vumi/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from './config-schema.ts';
import { MovedClock, openMovedClock, type ParentChannel } from './moved-clock.ts';

const DAY = 86_400_000;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vumi-clock-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

test('a clock that was put on goes on from there, is never put back, and is ahead as much after a new start', () => {
  let machine = 1000;
  const clock = new MovedClock(dataDir, () => machine);
  expect(clock.now()).toBe(1000);
  clock.moveTo(DAY);
  machine += 5;
  expect(clock.now()).toBe(DAY + 5);
  clock.moveTo(DAY);
  clock.moveTo(0);
  expect(clock.now()).toBe(DAY + 5);
  expect(new MovedClock(dataDir, () => machine).now()).toBe(DAY + 5);
});

/** A process that has started this one. */
function parent() {
  const heard: object[] = [];
  let listener: (said: unknown) => void = () => undefined;
  const channel: ParentChannel = {
    on: (_event, listen) => (listener = listen),
    send: (said) => heard.push(said),
  };
  return { channel, heard, say: (said: unknown) => listener(said) };
}

const configOf = (said: object) => configSchema.parse({ ...said, data_dir: dataDir });

test('who has started the platform puts the clock on and hears what it shows; all else that it says is passed over', () => {
  const { channel, heard, say } = parent();
  const now = openMovedClock(configOf({}), channel);
  const later = Date.now() + DAY;
  for (const said of ['on', { move_app_clock_to: 'late' }, { ...clockMove(later), more: true }]) say(said);
  expect(heard).toEqual([]);
  say(clockMove(later));
  expect(heard).toEqual([{ app_clock: expect.any(Number) as unknown }]);
  expect(now()).toBeGreaterThanOrEqual(later);
});

test.each([
  ['a server that others may share', { redis: { url: 'redis://127.0.0.1:6379' } }, parent().channel],
  ['an address that others reach', { http: { host: '0.0.0.0' } }, parent().channel],
  ['no process that has started it and speaks', {}, { on: () => undefined }],
])('with %s no clock moves', (_label, said, channel) => {
  expect(() => openMovedClock(configOf(said), channel)).toThrow('a platform is started by "vumi up"');
});

import { SessionManager } from '@vumi/applications';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStatePlace, type StatePlace } from './state-place.ts';

const HOUR_MS = 3_600_000;

describe('sessions of a trusted application', () => {
  let place: StatePlace;
  let prefixes = 0;
  beforeAll(async () => {
    place = await openStatePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  const open = (maxSessionLengthMs?: number, clock = Date.now) => {
    const options = { state: place.state, clock, prefix: `quiz/${(prefixes += 1)}` };
    return new SessionManager(
      maxSessionLengthMs === undefined ? options : { ...options, maxSessionLengthMs },
    );
  };

  test('a new session has what it was begun with and the time, and nothing of the one before', async () => {
    const sessions = open(HOUR_MS, () => 1_700_000_000_500);
    await sessions.create('+277', { page: '3', name: 'Thandi' });
    await sessions.create('+277', { page: '1' });
    expect(await sessions.load('+277')).toEqual({ page: '1', created_at: '1700000000.5' });
    expect(await sessions.load('+278')).toBeNull();
  });

  test('what is saved is added, and does not put off the end', async () => {
    let now = Date.now();
    const sessions = open(HOUR_MS, () => now);
    await sessions.create('+277', { page: '1' });
    now += HOUR_MS / 2;
    expect(await sessions.save('+277', { page: '2', answer: 'naïve ☃' })).toMatchObject({ page: '2' });
    expect(await sessions.load('+277')).toMatchObject({ page: '2', answer: 'naïve ☃' });
    now += HOUR_MS / 2;
    expect(await sessions.load('+277')).toBeNull();
  });

  test('the state forgets a session by itself', async () => {
    const sessions = open(60, () => 0);
    await sessions.create('+277');
    await expect.poll(() => sessions.load('+277')).toBeNull();
  });

  test('what is saved where no session is open begins one that ends', async () => {
    let now = Date.now();
    const sessions = open(HOUR_MS, () => now);
    await sessions.save('+277', { page: '2' });
    expect(await sessions.load('+277')).toEqual({ page: '2', created_at: String(now / 1000) });
    now += HOUR_MS;
    expect(await sessions.load('+277')).toBeNull();
  });

  test('savers at the same time lose nothing of each other', async () => {
    const sessions = open(HOUR_MS);
    await sessions.create('+277');
    await Promise.all(Array.from({ length: 20 }, (_, n) => sessions.save('+277', { [`f${n}`]: 'x' })));
    expect(Object.keys((await sessions.load('+277')) ?? {})).toHaveLength(21);
  });

  test('open sessions of one prefix are listed, however many there are', async () => {
    const [sessions, others] = [open(HOUR_MS), open(HOUR_MS)];
    const users = Array.from({ length: 1100 }, (_, n) => `user/${n}`);
    await Promise.all([...users, 'gone'].map((user) => sessions.create(user, { user })));
    await others.create('other');
    await sessions.clear('gone');
    const found = new Map<string, unknown>();
    for await (const [user, session] of sessions.active()) found.set(user, session['user']);
    expect([...found.keys()].sort()).toEqual([...users].sort());
    expect([...found].every(([user, field]) => user === field)).toBe(true);
  });
});

import { createUserMessage, reply, SESSION_IDLE_MS, type LiveVersions, type UserMessage } from '@vumi/core';
import { expect, test } from 'vitest';
import { MemoryState } from '@vumi/state/memory';
import { VersionChoice } from './version-choice.ts';

const ref = { account: 'clinic', app: 'hello' };

class CountingState extends MemoryState {
  reads = 0;

  override get(key: string): Promise<string | null> {
    this.reads++;
    return super.get(key);
  }
}

/** An app on its first version, at noon. */
class Place {
  live: LiveVersions | null = { active: 1, rollout: null, changedAt: null };
  now = Date.parse('2026-11-24T12:00:00Z');
  readonly state = new CountingState();
  choice = this.start();

  /** As after a restart of the process. */
  start(): VersionChoice {
    this.choice = new VersionChoice({
      state: this.state,
      clock: () => this.now,
      liveVersions: () => this.live,
    });
    return this.choice;
  }

  change(active: number, rollout: LiveVersions['rollout'] = null): void {
    this.live = { active, rollout, changedAt: this.now };
  }

  /** Handles a message and answers it; resolves to the version that did. */
  async say(message: UserMessage, end = false): Promise<number | null> {
    const version = await this.choice.choose(ref, message);
    if (version === null) return null;
    const answers = [reply(message, 'yes', { continueSession: !end })];
    const writes = this.choice.pin(ref, message, { version, answers });
    await this.state.commit({ marker: message.message_id, markerTtlMs: 1000, writes, outbox: [] });
    this.choice.pinned(writes);
    return version;
  }
}

function from(user: string, fields: Partial<UserMessage> = {}): UserMessage {
  return createUserMessage({ from_addr: user, to_addr: '12345', transport_name: 'smsc', ...fields });
}

test('an app without an active version has none for anybody', async () => {
  const place = new Place();
  place.live = null;
  expect(await place.say(from('ann'))).toBeNull();
});

test('an app that never had another version asks nothing of the state', async () => {
  const place = new Place();
  for (let n = 0; n < 5; n++) expect(await place.say(from('ann'))).toBe(1);
  expect(place.state.reads).toBe(0);
});

test('an open session stays on its version for as long as it goes on, and others begin with the new one', async () => {
  const place = new Place();
  await place.say(from('ann'));
  place.change(2);
  for (let minutes = 0; minutes < 40; minutes += 5) {
    expect(await place.say(from('ann'))).toBe(1);
    expect(await place.say(from(`newcomer ${minutes}`))).toBe(2);
    place.now += 5 * 60_000;
  }
  expect(await place.say(from('ann'), true)).toBe(1);
  expect(await place.say(from('ann'))).toBe(2);
});

test('a session that is begun anew by the network begins with the new version', async () => {
  const place = new Place();
  await place.say(from('ann', { session_event: 'new' }));
  place.change(2);
  expect(await place.say(from('ann', { session_event: 'resume' }))).toBe(1);
  expect(await place.say(from('ann', { session_event: 'new' }))).toBe(2);
  expect(await place.say(from('ann', { session_event: 'resume' }))).toBe(2);
});

test('a session outlives the process that knew of it', async () => {
  const place = new Place();
  await place.say(from('ann'));
  place.change(2);
  place.start();
  expect(await place.say(from('ann'))).toBe(1);
  place.now += 2 * SESSION_IDLE_MS;
  place.start();
  place.now += 5 * 60_000;
  expect(await place.say(from('ann'))).toBe(1);
});

test('a rollback moves everybody at once', async () => {
  const place = new Place();
  place.change(2);
  expect(await place.say(from('ann'))).toBe(2);
  place.change(1);
  expect(await place.say(from('ann'))).toBe(1);
});

test('long after a change nothing is asked of the state any more', async () => {
  const place = new Place();
  place.change(2);
  await place.say(from('ann'));
  place.now += 2 * SESSION_IDLE_MS;
  place.state.reads = 0;
  await place.say(from('bob'));
  expect(place.state.reads).toBe(0);
});

test('a rollout splits newcomers by a hash that does not change, and keeps whom it has when it grows', async () => {
  const place = new Place();
  const users = Array.from({ length: 500 }, (_, index) => `user ${index}`);
  const chosen = async (percent: number): Promise<Set<string>> => {
    place.change(1, { version: 2, percent });
    const versions = await Promise.all(users.map((user) => place.choice.choose(ref, from(user))));
    return new Set(users.filter((_, index) => versions[index] === 2));
  };
  const [ten, again, half] = [await chosen(10), await chosen(10), await chosen(50)];
  expect(ten.size).toBeGreaterThan(25);
  expect(ten.size).toBeLessThan(80);
  expect(again).toEqual(ten);
  expect(half.size).toBeGreaterThan(200);
  expect([...ten].filter((user) => !half.has(user))).toEqual([]);
});

test('a session that a rollout took in goes back when the rollout ends with the old version', async () => {
  const place = new Place();
  place.change(1, { version: 2, percent: 99 });
  expect(await place.say(from('ann'))).toBe(2);
  place.change(1, { version: 2, percent: 1 });
  expect(await place.say(from('ann'))).toBe(2);
  place.change(1);
  expect(await place.say(from('ann'))).toBe(1);
});

test('conversations of one user on two numbers are two sessions', async () => {
  const place = new Place();
  await place.say(from('ann'));
  place.change(2);
  expect(await place.say(from('ann', { to_addr: '8000' }))).toBe(2);
  expect(await place.say(from('ann'))).toBe(1);
});

test('events go to the active version', async () => {
  const place = new Place();
  place.change(1, { version: 2, percent: 99 });
  expect(await place.choice.choose(ref, null)).toBe(1);
});

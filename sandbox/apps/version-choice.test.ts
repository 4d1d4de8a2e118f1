import {
  createUserMessage,
  reply,
  SESSION_IDLE_MS,
  type FiredSchedule,
  type LiveVersions,
  type StateWrite,
  type TalkPolicy,
  type UserMessage,
} from '@vumi/core';
import { describe, expect, test } from 'vitest';
import { MemoryState } from '@vumi/state/memory';
import { userStateKey } from './keys.ts';
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
  live: LiveVersions | null = { active: 1, rollout: null, changedAt: null, talks: 'pin' };
  /** Versions with conversations. */
  talking: readonly number[] = [];
  now = Date.parse('2026-11-24T12:00:00Z');
  readonly state = new CountingState();
  choice = this.start();

  /** As after a restart of the process. */
  start(): VersionChoice {
    this.choice = new VersionChoice({
      state: this.state,
      clock: () => this.now,
      liveVersions: () => this.live,
      hasTalks: async (_, version) => this.talking.includes(version),
    });
    return this.choice;
  }

  change(active: number, rollout: LiveVersions['rollout'] = null, talks: TalkPolicy = 'pin'): void {
    this.live = { active, rollout, changedAt: this.now, talks };
  }

  /** The version that a message is handled with. */
  async versionFor(message: UserMessage): Promise<number | null> {
    return (await this.choice.choose(ref, { message }))?.version ?? null;
  }

  /** Handles a message and answers it; resolves to the version that did. */
  async say(message: UserMessage, end = false): Promise<number | null> {
    const version = await this.versionFor(message);
    if (version === null) return null;
    const answers = [reply(message, 'yes', { continueSession: !end })];
    const writes = this.choice.pin(ref, { message }, { version, answers, writes: [] });
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

test('an open session goes on with the new version where nobody is to stay on an earlier one', async () => {
  const place = new Place();
  await place.say(from('ann'));
  place.change(2, null, 'restart');
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
    const versions = await Promise.all(users.map((user) => place.versionFor(from(user))));
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
  expect(await place.choice.choose(ref, { message: null })).toEqual({ version: 1, orElse: null });
});

describe('a conversation', () => {
  const TALK = userStateKey(ref, 'ann/1', 'vumi:talk:12345');
  const ann = from('ann/1');
  const timer = { message: null, schedule: timerOf('ann/1') };
  const DAY = 86_400_000;

  /** A conversation is open on version 1, or over. */
  async function leave(place: Place, isOpen = true, version = 1): Promise<void> {
    const talk: StateWrite = isOpen
      ? { op: 'set', key: TALK, value: '{}', ttlMs: 7 * DAY }
      : { op: 'delete', key: TALK };
    const pins = place.choice.pin(ref, { message: ann }, { version, answers: [], writes: [talk] });
    await place.state.commit({
      marker: `${pins.length} ${place.now}`,
      markerTtlMs: 1,
      writes: pins,
      outbox: [],
    });
    place.choice.pinned(pins);
    place.now += 1;
  }

  async function talking(policy: TalkPolicy): Promise<Place> {
    const place = new Place();
    place.talking = [1, 2];
    await leave(place);
    place.change(2, null, policy);
    place.start();
    return place;
  }

  test('ends on the version that it began with, days later and by its timers too', async () => {
    const place = await talking('pin');
    place.now += 6 * DAY;
    expect(await place.choice.choose(ref, { message: ann })).toEqual({ version: 1, orElse: null });
    expect(await place.choice.choose(ref, timer)).toEqual({ version: 1, orElse: null });
    expect(await place.versionFor(from('bob'))).toBe(2);
    await leave(place, false);
    expect(await place.versionFor(ann)).toBe(2);
  });

  test('moves where it may, and is not tried again where it does not fit', async () => {
    const place = await talking('move');
    const choice = await place.choice.choose(ref, { message: ann });
    expect(choice).toEqual({ version: 2, orElse: 1 });
    if (choice !== null) place.choice.staysOn(ref, { message: ann }, choice);
    expect(await place.choice.choose(ref, { message: ann })).toEqual({ version: 1, orElse: null });
    place.change(3, null, 'move');
    place.talking = [1, 2, 3];
    expect(await place.choice.choose(ref, timer)).toEqual({ version: 3, orElse: 1 });
    await leave(place, true, 3);
    expect(await place.choice.choose(ref, timer)).toEqual({ version: 3, orElse: null });
  });

  test('goes on with the live version, whatever that makes of it, where it is to begin again', async () => {
    const place = await talking('restart');
    expect(await place.choice.choose(ref, { message: ann })).toEqual({ version: 2, orElse: null });
  });

  test('leaves a version that was rolled back', async () => {
    const place = await talking('pin');
    await leave(place, true, 2);
    place.change(1);
    expect(await place.versionFor(ann)).toBe(1);
  });

  test('stays where it is in a rollout, on either side', async () => {
    const place = await talking('pin');
    for (const percent of [1, 99]) {
      place.change(1, { version: 2, percent }, 'move');
      expect(await place.versionFor(ann)).toBe(1);
    }
  });

  test('is no longer asked for 30 days after the change', async () => {
    const place = await talking('pin');
    place.now += 31 * DAY;
    place.state.reads = 0;
    expect(await place.versionFor(ann)).toBe(2);
    expect(place.state.reads).toBe(0);
  });

  test('costs an app without conversations nothing', async () => {
    const place = new Place();
    place.change(2);
    place.now += DAY;
    await place.say(from('bob'));
    place.state.reads = 0;
    await place.say(from('bob'));
    expect(place.state.reads).toBe(0);
  });
});

function timerOf(user: string): FiredSchedule {
  return { id: 'one', name: 'vumi:talk:12345:within', user, due: 0, data: { to: '12345' } };
}

test('two versions are live during a rollout, and only then', () => {
  const place = new Place();
  expect(place.choice.areTwoLive(ref)).toBe(false);
  place.change(1, { version: 2, percent: 5 });
  expect(place.choice.areTwoLive(ref)).toBe(true);
  place.live = null;
  expect(place.choice.areTwoLive(ref)).toBe(false);
});

import { formatTimestamp, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { ProviderPlay } from '../testing/provider-play.ts';

/** By SMSSync, which is a dialect of it. */
const CONFIG = { smssync_secret: 's', reply_delay: 0 };
const V = '+27761234568';
let now = 1_700_000_000_000;
let play: ProviderPlay;
const lives: ProviderPlay[] = [];

async function start(config: object = {}, after?: ProviderPlay): Promise<ProviderPlay> {
  const options = { clock: () => now, ...(after === undefined ? {} : { after }) };
  const life = await ProviderPlay.start('smssync', { ...CONFIG, ...config }, options);
  lives.push(life);
  return life;
}

beforeEach(async () => {
  play = await start();
});
afterEach(async () => {
  for (const life of lives.splice(0)) await life[Symbol.asyncDispose]();
});

/** Hands a message over; resolves when it waits. `done`: its outcome is known. */
async function queue(
  id: string,
  fields: Partial<UserMessage> = {},
  life = play,
): Promise<{ readonly done: Promise<void> }> {
  const waited = life.gauges['waiting'] ?? 0;
  const done = life.queue({ message_id: id, timestamp: formatTimestamp(now), ...fields });
  done.catch(() => {});
  await eventually(
    () => life.gauges['waiting'] ?? 0,
    (count) => count > waited,
  );
  return { done };
}

async function poll(life = play, flushed = true): Promise<string[]> {
  const { body } = await life.ask({ method: 'GET', path: '/?task=send&secret=s', flushed });
  const { payload } = JSON.parse(String(body)) as { payload: { messages: { uuid: string }[] } };
  return payload.messages.map(({ uuid }) => uuid);
}

async function confirm(ids: readonly string[], life = play): Promise<string[]> {
  const { body } = await life.ask({ path: '/?task=sent&secret=s', json: { queued_messages: ids } });
  return (JSON.parse(String(body)) as { message_uuids: string[] }).message_uuids;
}

const outcomes = (life = play): string[] =>
  life.events.map((event) => {
    const { user_message_id: id, transport_metadata: about } = event;
    const { outcome } = about as { outcome?: string };
    return [id, event.event_type, outcome ?? ''].join(' ').trim();
  });

const after = (seconds: number): void => void (now += seconds * 1000);
const expires = (seconds: number) => ({
  transport_metadata: { expires_at: formatTimestamp(now + seconds * 1000) },
});

describe('a message', () => {
  it('is handed out until it is confirmed, with rests, and then never', async () => {
    const { done } = await queue('m1');
    expect(await poll()).toEqual(['m1']);
    expect(await poll()).toEqual([]);
    after(60);
    expect(await poll()).toEqual(['m1']);
    expect(play.events).toEqual([]);
    expect(await confirm(['m1', 'nobody'])).toEqual(['m1']);
    await done;
    expect(outcomes()).toEqual(['m1 ack']);
    expect(await confirm(['m1'])).toEqual(['m1']);
    after(600);
    expect(await poll()).toEqual([]);
    expect(outcomes()).toEqual(['m1 ack']);
    expect(play.gauges['unknown_receipts_total']).toBe(1);
  });

  it('of which nothing was handed out cannot be confirmed', async () => {
    await queue('m1');
    expect(await confirm(['m1'])).toEqual([]);
    expect(await poll()).toEqual(['m1']);
  });

  it('waits for those to its receiver that came before it, and for no others', async () => {
    await queue('m1');
    expect(await poll()).toEqual(['m1']);
    await queue('m2');
    await queue('m3', { to_addr: V });
    expect(await poll()).toEqual(['m3']);
    after(60);
    expect(await poll()).toEqual(['m1', 'm2', 'm3']);
    await confirm(['m1', 'm2', 'm3']);
    expect(outcomes().toSorted()).toEqual(['m1 ack', 'm2 ack', 'm3 ack']);
  });

  it('is one of so many in an answer', async () => {
    const few = await start({ offers_per_answer: 2 });
    for (const id of ['m1', 'm2', 'm3']) await queue(id, {}, few);
    expect(await poll(few)).toEqual(['m1', 'm2']);
    await confirm(['m1', 'm2'], few);
    expect(await poll(few)).toEqual(['m3']);
  });

  it('is not handed out by an answer that did not arrive', async () => {
    await queue('m1');
    expect(await poll(play, false)).toEqual(['m1']);
    expect(await play.cancel('m1')).toBe(true);
    expect(outcomes()).toContain('m1 nack cancelled');
    expect(await poll()).toEqual([]);
  });

  it('can be taken back until it is handed out', async () => {
    const first = await queue('m1');
    expect(await play.cancel('m1')).toBe(true);
    await first.done;
    expect(await poll()).toEqual([]);
    await queue('m2');
    expect(await poll()).toEqual(['m2']);
    expect(await play.cancel('m2')).toBe(false);
    expect(outcomes().filter((said) => said.startsWith('m2'))).toEqual([]);
  });

  it('that has expired is not handed out', async () => {
    const { done } = await queue('m1', expires(30));
    after(31);
    expect(await poll()).toEqual([]);
    await done;
    expect(outcomes()).toEqual(['m1 nack expired']);
  });

  it('that has expired after it was handed out has its time to be confirmed, and is uncertain then', async () => {
    await queue('m1', expires(30));
    const { done } = await queue('m2', { to_addr: V, ...expires(30) });
    await poll();
    after(31);
    expect(await confirm(['m1'])).toEqual(['m1']);
    after(60);
    expect(await poll()).toEqual([]);
    await done;
    expect(outcomes()).toEqual(['m1 ack', 'm2 nack uncertain']);
    expect(play.gauges['uncertain_total']).toBe(1);
  });

  it('that the platform lets go no more is not handed out', async () => {
    const { done } = await queue('m1');
    play.memory.refusal = 'the account is switched off';
    expect(await poll()).toEqual([]);
    await done;
    expect(outcomes()).toEqual(['m1 nack discarded']);
  });

  it('that is never confirmed is uncertain after so many times', async () => {
    const few = await start({ max_offers: 2 });
    const { done } = await queue('m1', {}, few);
    for (let n = 0; n < 2; n += 1) {
      expect(await poll(few)).toEqual(['m1']);
      after(60);
    }
    expect(await poll(few)).toEqual([]);
    await done;
    expect(outcomes(few)).toEqual(['m1 nack uncertain']);
  });

  it('counts as taken when it was handed out, where the phone says nothing', async () => {
    const old = await start({ ack_on: 'poll' });
    const { done } = await queue('m1', {}, old);
    expect(await poll(old, false)).toEqual(['m1']);
    expect(old.events).toEqual([]);
    expect(await poll(old)).toEqual(['m1']);
    await done;
    expect(outcomes(old)).toEqual(['m1 ack']);
    expect(await poll(old)).toEqual([]);
  });
});

describe('the next life', () => {
  it('hears that a message has arrived which the one before has handed out', async () => {
    await queue('m1');
    await poll();
    const next = await start({}, play);
    expect(await confirm(['m1'], next)).toEqual(['m1']);
    expect(outcomes(next)).toEqual(['m1 ack']);
    await next.queue({ message_id: 'm1' }, true);
    after(600);
    expect(await poll(next)).toEqual([]);
    const ids = next.events.map(({ event_id }) => event_id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('hands out again what nobody has confirmed, after its rest', async () => {
    await queue('m1');
    await poll();
    const next = await start({}, play);
    next.queue({ message_id: 'm1' }, true).catch(() => {});
    await eventually(
      () => next.gauges['in_flight'],
      (count) => count === 1,
    );
    expect(await poll(next)).toEqual([]);
    after(60);
    expect(await poll(next)).toEqual(['m1']);
    expect(next.events).toEqual([]);
  });

  it.each([
    ['at-most-once', [], 'm1 nack uncertain'],
    ['at-least-once', ['m1'], 'm1 ack'],
  ])('where phones say nothing does as the policy says: %s', async (uncertain_policy, again, outcome) => {
    await queue('m1');
    await poll();
    const next = await start({ ack_on: 'poll', uncertain_policy }, play);
    const done = next.queue({ message_id: 'm1' }, true);
    if (again.length > 0) {
      await eventually(
        () => next.gauges['in_flight'],
        (count) => count === 1,
      );
      after(60);
      expect(await poll(next)).toEqual(again);
    }
    await done;
    expect(outcomes(next)).toEqual([outcome]);
  });

  it('knows what a life that ended in good order has handed out', async () => {
    const first = await start();
    const handed = await queue('m1', {}, first);
    expect(await poll(first)).toEqual(['m1']);
    const kept = await queue('m2', { to_addr: V }, first);
    await first[Symbol.asyncDispose]();
    lives.splice(lives.indexOf(first), 1);
    await expect(handed.done).rejects.toMatchObject({ code: 'transport.not_connected' });
    await expect(kept.done).rejects.toMatchObject({ code: 'transport.not_connected' });
    const next = await start({}, first);
    expect(await next.cancel('m1')).toBe(false);
    expect(await confirm(['m1', 'm2'], next)).toEqual(['m1']);
    expect(outcomes(next)).toEqual(['m1 ack']);
  });
});

it('a phone that asks for nothing is said to be away, until it asks', async () => {
  const types = (): string[] => play.memory.statuses.map(({ type }) => type);
  await poll();
  after(1801);
  await eventually(types, (all) => all.at(-1) === 'not_polled');
  await poll();
  expect(types().slice(-2)).toEqual(['not_polled', 'polled']);
});

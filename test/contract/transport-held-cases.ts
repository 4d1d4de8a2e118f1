import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { expect } from 'vitest';
import type { TransportCase } from './transport-inbound-cases.ts';
import { answerAll, type Life, type TransportPlace } from './transport-place.ts';

const TEXT = { from: '+27761234567', to: '8000', content: 'hi' };

/** A user writes, and the request waits. */
async function hold(place: TransportPlace, life: Life, more: { id?: string; signal?: AbortSignal } = {}) {
  const { signal, ...text } = more;
  const before = life.ports.inbound.length;
  const told = place.double.bring({ ...TEXT, ...text }, signal);
  told.catch(() => {});
  const inbound = await eventually(
    () => life.ports.inbound[before],
    (message) => message !== undefined,
  );
  if (inbound === undefined) throw new Error('nothing was published');
  return { told, inbound };
}

/** Where texts are typed in sessions: opens one in a life that has time for it. */
async function openSession(place: TransportPlace, id: string): Promise<void> {
  if (place.double.opensSessions !== true) return;
  const life = await place.start();
  answerAll(life);
  await place.double.bring({ ...TEXT, id });
  await life.transport[Symbol.asyncDispose]();
}

/** The same where the platform has refused the reply in front of the transport, which never sees it. */
async function refuseBefore(place: TransportPlace, life: Life): Promise<void> {
  const { told, inbound } = await hold(place, life);
  life.ports.refuse(reply(inbound, 'refused'));
  // At once, not when its time is over.
  expect(life.transport.gauges()['pending_requests']).toBe(0);
  expect(await told).toMatchObject({
    kind: 'later',
    text: expect.not.stringContaining('refused') as string,
  });
}

/** The account is switched off while somebody waits: who waits hears so at once, and nothing of the reply. */
async function refuseStanding(place: TransportPlace, life: Life): Promise<void> {
  const { told, inbound } = await hold(place, life);
  life.ports.refusal = 'account "acme" is inactive';
  const unwanted = 'discarded: account "acme" is inactive';
  expect(await outcome(place, life, reply(inbound, 'too late'))).toBe(unwanted);
  expect(await told).toMatchObject({
    kind: 'later',
    text: expect.not.stringContaining('too late') as string,
  });
}

async function outcome(place: TransportPlace, life: Life, message: UserMessage): Promise<string> {
  await life.ports.send(message);
  const [event] = await place.eventsOf(message, life);
  return event?.event_type === 'nack' ? event.nack_reason : (event?.event_type ?? '');
}

/** Of the contract of transports (spec channels §F.3), by its numbers: replies that are the responses to requests. */
export const HELD_CASES: Readonly<Record<number, TransportCase>> = {
  12: {
    title: 'the reply is the response, and is acknowledged when that is written',
    async run(place) {
      const life = await place.start();
      const { told, inbound } = await hold(place, life);
      expect(life.transport.gauges()['pending_requests']).toBe(1);
      expect(await outcome(place, life, reply(inbound, 'yo'))).toBe('ack');
      expect(await told).toEqual({ kind: 'taken', text: 'yo' });
      expect(life.transport.gauges()['pending_requests']).toBe(0);
    },
  },
  13: {
    title:
      'a second reply, one without content, what is no reply and what may not go any more are refused, with the reason',
    async run(place) {
      const life = await place.start();
      const { told, inbound } = await hold(place, life);
      expect(await outcome(place, life, reply(inbound, ''))).toBe('Missing fields: content');
      const other = createUserMessage({ to_addr: 'U', from_addr: '8000', content: 'news' });
      expect(await outcome(place, life, other)).toBe('Missing fields: in_reply_to');
      expect(await outcome(place, life, { ...other, message_id: 'm2', content: null })).toBe(
        'Missing fields: in_reply_to, content',
      );
      expect(await outcome(place, life, reply(inbound, 'yo'))).toBe('ack');
      expect(await outcome(place, life, reply(inbound, 'yo again'))).toBe('no matching request');
      expect((await told).text).toBe('yo');
      await refuseBefore(place, life);
      await refuseStanding(place, life);
    },
  },
  14: {
    title: 'a reply that closes the session ends it: what is typed after it does not go on with it',
    async run(place) {
      const life = await place.start();
      const { told, inbound } = await hold(place, life, { id: 'n1' });
      expect(inbound.session_event).toBe('resume');
      await life.ports.send(reply(inbound, 'bye', { continueSession: false }));
      expect((await told).text).toBe('bye');
      answerAll(life);
      await place.double.bring({ ...TEXT, content: 'more', id: 'n1' });
      expect(life.ports.inbound.slice(1).map(({ session_event }) => session_event)).not.toContain('resume');
    },
  },
  15: {
    title: 'who asks again gets the same answer, and nothing is published for it',
    async run(place) {
      const life = await place.start();
      const { told, inbound } = await hold(place, life, { id: 'n1' });
      const again = place.double.bring({ ...TEXT, id: 'n1' });
      const count = place.double.opensSessions === true ? 3 : 2;
      await eventually(
        () => life.transport.gauges()['requests_total'],
        (requests) => requests === count,
      );
      await life.ports.send(reply(inbound, 'yo'));
      expect([await told, await again].map(({ text }) => text)).toEqual(['yo', 'yo']);
      if (place.double.knowsSteps !== false)
        expect((await place.double.bring({ ...TEXT, id: 'n1' })).text).toBe('yo');
      expect(life.ports.inbound.length).toBe(1);
    },
  },
  16: {
    title: 'a reply to somebody who has gone is refused',
    async run(place) {
      const life = await place.start();
      const leaving = new AbortController();
      const { inbound } = await hold(place, life, { signal: leaving.signal });
      leaving.abort();
      await eventually(
        () => life.transport.gauges()['pending_requests'],
        (count) => count === 0,
      );
      expect(await outcome(place, life, reply(inbound, 'yo'))).toBe('no matching request');
    },
  },
  17: {
    title: 'who got no reply in time is told so, and a late one is refused',
    async run(place) {
      await openSession(place, 'n1');
      const life = await place.start({ request_timeout: 0.05 });
      const { told, inbound } = await hold(place, life, { id: 'n1' });
      expect(await told).toMatchObject(place.double.unanswered ?? { kind: 'later', text: '504 ' });
      expect(await outcome(place, life, reply(inbound, 'yo'))).toBe('no matching request');
      expect(life.ports.statuses.map(({ component, type }) => [component, type])).toContainEqual([
        'response',
        'timeout',
      ]);
      expect(life.transport.status().status).toBe('degraded');
    },
  },
  18: {
    title: 'a transport that stops takes no more, and waits for the replies to what it has',
    async run(place) {
      const life = await place.start();
      const { told, inbound } = await hold(place, life);
      const stopped = life.transport[Symbol.asyncDispose]();
      expect((await place.double.bring(TEXT)).kind).toBe('later');
      expect(await outcome(place, life, reply(inbound, 'yo'))).toBe('ack');
      expect((await told).text).toBe('yo');
      await stopped;
      expect(life.ports.inbound.length).toBe(1);
    },
  },
};

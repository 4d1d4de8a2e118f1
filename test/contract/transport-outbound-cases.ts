import { createUserMessage, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { expect } from 'vitest';
import type { TransportCase } from './transport-inbound-cases.ts';
import type { Life, TransportPlace } from './transport-place.ts';

function message(content = 'news'): UserMessage {
  return createUserMessage({ to_addr: '27761234567', from_addr: '8000', content });
}

const reasonOf = async (place: TransportPlace, life: Life, sent: UserMessage): Promise<string> => {
  const [event] = await place.eventsOf(sent, life);
  return event?.event_type === 'nack' ? event.nack_reason : (event?.event_type ?? '');
};

const gotCount = (place: TransportPlace, count: number): Promise<unknown> =>
  eventually(
    () => place.double.got.length,
    (got) => got === count,
  );

/** Waits until the transport says so of itself. */
const saysType = (life: Life, type: string): Promise<unknown> =>
  eventually(
    () => life.ports.statuses.map((status) => status.type),
    (types) => types.includes(type),
  );

async function resting(place: TransportPlace, type: string, config: object = {}): Promise<Life> {
  const life = await place.start({ ...config });
  const sent = message();
  const sending = life.ports.send(sent);
  sending.catch(() => {});
  await saysType(life, type);
  expect(life.transport.status().status).toBe('down');
  expect(life.ports.events).toEqual([]);
  await life.transport[Symbol.asyncDispose]();
  await expect(sending).rejects.toMatchObject({ code: 'transport.not_connected' });
  return life;
}

/** Of the contract of transports (spec channels §F.3), by its numbers: messages that are sent to the network. */
export const OUTBOUND_CASES: Readonly<Record<number, TransportCase>> = {
  19: {
    title: 'while the network is away a message waits without an event; then it is sent once',
    async run(place) {
      await place.double.away();
      const life = await place.start();
      const sent = message();
      const sending = life.ports.send(sent);
      await saysType(life, place.double.words.away);
      expect(life.ports.events).toEqual([]);
      await place.double.back();
      await sending;
      expect(await reasonOf(place, life, sent)).toBe('ack');
      expect(place.double.got.map(({ content }) => content)).toEqual(['news']);
    },
  },
  20: {
    title: 'what the network did not answer is reported as uncertain, or sent again, as the policy says',
    async run(place) {
      for (const turn of ['never answer', 'cut'] as const) {
        const before = place.double.got.length;
        place.double.will(turn);
        const once = await place.startImpatient(turn, { uncertain_policy: 'at-most-once' });
        const doubtful = message();
        await once.ports.send(doubtful);
        expect(await reasonOf(place, once, doubtful)).toMatch(/^uncertain: /);
        await once.transport[Symbol.asyncDispose]();
        const after = place.double.got.length;
        expect(after).toBeLessThanOrEqual(before + 1);

        // A network that was too slow to see the first still has its turn to take.
        if (after > before) place.double.will(turn);
        const more = await place.startImpatient(turn, { uncertain_policy: 'at-least-once' });
        const repeated = message('again');
        await more.ports.send(repeated);
        expect(await reasonOf(place, more, repeated)).toBe('ack');
        await more.transport[Symbol.asyncDispose]();
        expect(place.double.got.at(-1)?.content).toBe('again');
      }
    },
  },
  21: {
    title: 'a kill between the ledger and the answer sends nothing twice',
    async run(place) {
      place.double.will('never answer');
      const first = await place.start();
      const sent = message();
      first.ports.send(sent).catch(() => {});
      await gotCount(place, 1);
      first.kill();
      const second = await place.start();
      await second.ports.send(sent, true);
      expect(await reasonOf(place, second, sent)).toMatch(/^uncertain: /);
      await second.ports.send(sent, true);
      expect(new Set(second.ports.events.map(({ event_id }) => event_id)).size).toBe(1);
      expect(place.double.got.length).toBe(1);
    },
  },
  22: {
    title: 'a network that asks to wait is sent nothing before the time that it names',
    async run(place) {
      place.double.will({ laterMs: 1000 });
      const life = await place.start();
      const sent = message();
      await life.ports.send(sent);
      expect(await reasonOf(place, life, sent)).toBe('ack');
      const [first, second] = place.double.got.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
      expect(life.ports.statuses.map(({ type }) => type)).toContain('throttled');
    },
  },
  23: {
    title: 'wrong credentials are said, and messages wait for other ones',
    async run(place) {
      place.double.will('unauthorized');
      await resting(place, 'unauthorized');
      const life = await place.start();
      const sent = message();
      await life.ports.send(sent);
      expect(await reasonOf(place, life, sent)).toBe('ack');
    },
  },
  24: {
    title: 'a refusal is a nack that says why',
    async run(place) {
      place.double.will({ refuse: 'nobody is there' });
      const life = await place.start();
      const sent = message();
      await life.ports.send(sent);
      const [event] = await place.eventsOf(sent, life);
      expect(event).toMatchObject({
        event_type: 'nack',
        nack_reason: place.double.words.refusal('nobody is there'),
      });
      expect(event?.transport_metadata['outcome']).toBeUndefined();
    },
  },
  26: {
    title: 'receipts come in any order and number, and each state is reported once',
    async run(place) {
      const life = await place.start();
      const sent = message();
      await life.ports.send(sent);
      await place.double.report({ nth: 1 }, 'pending');
      for (const state of ['delivered', 'delivered', 'pending', 'failed'] as const)
        await place.double.report({ nth: 1 }, state);
      await place.double.report({ id: 'nobody' }, 'delivered');
      const states = life.ports.events.map((event) =>
        event.event_type === 'delivery_report' ? event.delivery_status : event.event_type,
      );
      expect(states).toEqual(['ack', 'pending', 'delivered']);
      const other = await place.start({}, 'net_b');
      await place.double.report({ nth: 1 }, 'failed');
      expect(other.ports.events).toEqual([]);
    },
  },
  28: {
    title: 'redirects are not followed, and private addresses are not asked without leave',
    async run(place) {
      place.double.will('redirect');
      await resting(place, 'redirected');
      expect(place.double.got.length).toBe(1);
      await resting(place, 'address_refused', { allow_private: false });
      expect(place.double.got.length).toBe(1);
    },
  },
};

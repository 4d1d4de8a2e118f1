import { reply } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { expect } from 'vitest';
import { answerAll, replyLater, type Life, type TransportPlace } from './transport-place.ts';

export interface TransportCase {
  readonly title: string;
  readonly run: (place: TransportPlace) => Promise<void>;
}

const TEXT = { from: '+27761234567', to: '8000', content: 'hi' };
const MANY = 1000;

/** What a user of the network sees as the reply to his text. */
async function seen(
  place: TransportPlace,
  told: { readonly text: string },
  content: string,
): Promise<string> {
  if (place.double.replies === 'in the response') return told.text;
  const got = await eventually(
    () => place.double.got.find((one) => one.content === content),
    (one) => one !== undefined,
  );
  return got?.content ?? '';
}

/** Networks that wait for no answer may be through with a message before it is published. */
const published = (life: Life, count: number): Promise<unknown> =>
  eventually(
    () => life.ports.inbound.length,
    (length) => length >= count,
  );

async function refuseAll(place: TransportPlace, number: number): Promise<void> {
  const { ports } = await place.start();
  const requests = place.double.badRequests()[number] ?? [];
  expect(requests.length, 'the double must know some').toBeGreaterThan(0);
  for (const { label, answer, send } of requests) {
    const said = await send();
    expect(said.slice(0, answer.length), label).toBe(answer);
    expect(said, label).not.toContain(place.double.secret);
  }
  expect(ports.inbound).toEqual([]);
}

/** Of the contract of transports (spec channels §F.3), by its numbers: what comes in. */
export const INBOUND_CASES: Readonly<Record<number, TransportCase>> = {
  1: {
    title: 'a message is published before the network is told so, and what is not published is brought again',
    async run(place) {
      const life = await place.start();
      let failures = 0;
      const { promise: published, resolve: publish } = Promise.withResolvers<void>();
      life.ports.onInbound = async (message) => {
        if (failures++ === 0) throw new Error('the broker is away');
        await published;
        replyLater(life, reply(message, 'yo'));
      };
      let told: string | null = null;
      const bring = async (): Promise<void> => {
        let { kind } = await place.double.bring(TEXT);
        while (kind === 'later') ({ kind } = await place.double.bring(TEXT));
        told = kind;
      };
      const brought = bring();
      await eventually(
        () => failures,
        (count) => count === 2,
      );
      expect([told, life.ports.inbound.length]).toEqual([null, 0]);
      publish();
      await brought;
      expect([told, life.ports.inbound.length]).toEqual(['taken', 1]);
    },
  },
  2: {
    title: 'the same id of the network is the same message',
    async run(place) {
      const life = await place.start();
      for (let n = 0; n < 2; n += 1) await place.double.bring({ ...TEXT, id: 'n1' });
      await place.double.bring({ ...TEXT, id: 'n2' });
      const ids = life.ports.inbound.map(({ message_id }) => message_id);
      expect([ids.length, new Set(ids).size, ids[0] === ids[1]]).toEqual([3, 2, true]);
    },
  },
  3: {
    title: 'two equal texts without an id are two messages',
    async run(place) {
      const life = await place.start();
      answerAll(life);
      await Promise.all([place.double.bring(TEXT), place.double.bring(TEXT)]);
      await published(life, 2);
      expect(new Set(life.ports.inbound.map(({ message_id }) => message_id)).size).toBe(2);
    },
  },
  4: {
    title: 'who proves nothing is refused, and no secret is in the log',
    async run(place) {
      await refuseAll(place, 4);
      expect(place.log.join('\n')).not.toContain(place.double.secret);
    },
  },
  6: { title: 'an unknown field is refused where Vumi did so', run: (place) => refuseAll(place, 6) },
  7: { title: 'each missing field is named', run: (place) => refuseAll(place, 7) },
  8: {
    title: 'any text arrives as it is, and what is no text is refused',
    async run(place) {
      const life = await place.start();
      answerAll(life, () => 'yo');
      await place.double.bring({ ...TEXT, content: place.double.oddText });
      await published(life, 1);
      expect(life.ports.inbound.map(({ content }) => content)).toEqual([place.double.oddText]);
      for (const { answer, send } of place.double.badRequests()[8] ?? [])
        expect((await send()).slice(0, answer.length)).toBe(answer);
      expect(life.ports.inbound.length).toBe(1);
    },
  },
  9: {
    title: 'addresses come as they are written',
    async run(place) {
      const life = await place.start();
      answerAll(life);
      const addresses = ['+27761234567', '0027761234567', '0761234567', '8000', 'BANK ltd'];
      for (const from of addresses) await place.double.bring({ ...TEXT, from });
      await published(life, addresses.length);
      expect(life.ports.inbound.map(({ from_addr, to_addr }) => [from_addr, to_addr])).toEqual(
        addresses.map((from) => [from, TEXT.to]),
      );
    },
  },
  10: { title: 'a body that is too long or a wrong method is refused', run: (place) => refuseAll(place, 10) },
  29: {
    title: 'two transports of one type share no ids',
    async run(place) {
      const ids: (string | undefined)[] = [];
      for (const name of ['net_a', 'net_b']) {
        const life = await place.start({}, name);
        answerAll(life);
        await place.double.bring({ ...TEXT, id: 'n1' });
        await eventually(
          () => life.ports.inbound.length,
          (count) => count === 1,
        );
        ids.push(life.ports.inbound[0]?.message_id);
        expect(life.ports.inbound[0]?.transport_name).toBe(name);
        await life.transport[Symbol.asyncDispose]();
      }
      expect(ids[0]).not.toBe(ids[1]);
    },
  },
  30: {
    title: 'requests go to the process that runs it now, whichever they reach',
    async run(place) {
      const first = await place.start();
      const { url } = place;
      await first.transport[Symbol.asyncDispose]();
      const second = await place.start();
      answerAll(second);
      expect(place.url).not.toBe(url);
      const told = await place.double.bring(TEXT);
      expect([told.kind, first.ports.inbound.length, second.ports.inbound.length]).toEqual(['taken', 0, 1]);
      const health = await fetch(`${url}/health`);
      expect([health.status, await health.json()]).toEqual([200, { pending_requests: 0 }]);
    },
  },
  31: {
    title: 'what is wrong with a configuration is named, and its secrets show nowhere',
    async run(place) {
      await expect(place.start({ no_such_option: 1 })).rejects.toMatchObject({
        code: 'config.invalid',
        field: 'no_such_option',
      });
      const { transport, ports } = await place.start();
      answerAll({ transport, ports, kill: () => {} });
      await place.double.bring(TEXT);
      const shown = JSON.stringify([transport.status(), transport.gauges(), ports.statuses, place.log]);
      expect(shown).not.toContain(place.double.secret);
    },
  },
  32: {
    title: 'each change of its status is said once, and its gauges are numbers with known endings',
    async run(place) {
      const life = await place.start();
      answerAll(life);
      for (let n = 0; n < 5; n += 1) await place.double.bring(TEXT);
      const last = new Map<string, string>();
      for (const { component, status, type, message } of life.ports.statuses) {
        const said = JSON.stringify([status, type, message]);
        expect(last.get(component ?? ''), said).not.toBe(said);
        last.set(component ?? '', said);
      }
      await eventually(
        () => life.transport.status().status,
        (status) => status === 'ok',
      );
      for (const [name, value] of Object.entries(life.transport.gauges())) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(Number.isFinite(value), name).toBe(true);
      }
    },
  },
  33: {
    title: 'a reply to a message with media does not send it back',
    async run(place) {
      const life = await place.start();
      const attachments = [{ content_type: 'image/png', url: 'https://media.example/1.png' }];
      life.ports.onInbound = async (message) => {
        const received = { ...message, helper_metadata: { received: { attachments } } };
        replyLater(life, reply(received, 'thanks'));
      };
      const told = await place.double.bring(TEXT);
      expect(await seen(place, told, 'thanks')).toBe('thanks');
      expect(JSON.stringify([place.double.got, told])).not.toContain('media.example');
    },
  },
  34: {
    title: 'many users at once each get their own reply',
    async run(place) {
      const life = await place.start();
      answerAll(life);
      const many = place.double.crowd ?? MANY;
      const users = Array.from({ length: many }, (_, index) => `2776${String(index).padStart(7, '0')}`);
      const told = await Promise.all(
        users.map((from) => place.double.bring({ from, to: '8000', content: `I am ${from}` })),
      );
      await published(life, many);
      expect(new Set(life.ports.inbound.map(({ content }) => content)).size).toBe(many);
      if (place.double.replies === 'never') return;
      const replies = await repliesTo(place, told, users.length);
      expect(replies.toSorted()).toEqual(users.map((from) => `re: I am ${from}`));
    },
  },
};

async function repliesTo(
  place: TransportPlace,
  told: readonly { readonly text: string }[],
  count: number,
): Promise<string[]> {
  if (place.double.replies === 'in the response') return told.map(({ text }) => text);
  const got = await eventually(
    () => place.double.got,
    (all) => all.length >= count,
  );
  for (const { to, content } of got) expect(content).toContain(to.replace(/^\+/, ''));
  return got.map(({ content }) => content);
}

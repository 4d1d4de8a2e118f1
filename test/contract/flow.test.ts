import { directFlow, queueConnector, queueFlow } from '@vumi/broker';
import {
  applicationEnd,
  createAck,
  createUserMessage,
  parseFailure,
  transportEnd,
  type Delivery,
  type Flow,
  type UserMessage,
} from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrokerPlace, type BrokerPlace } from './broker-place.ts';
import { createGate } from './gate.ts';

let place: BrokerPlace;

beforeAll(async () => {
  place = await openBrokerPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

function message(content: string): UserMessage {
  return createUserMessage({ from_addr: '+27761234567', to_addr: '12345', content });
}

const flows: readonly [string, () => Flow<UserMessage>][] = [
  ['a queue', () => queueFlow(place.broker, place.queue(), 'inbound')],
  ['a direct call', () => directFlow<UserMessage>()],
];

describe.each(flows)('a flow that is %s', (_label, open) => {
  test('hands over the message as it was published, as its first attempt', async () => {
    const flow = open();
    const sent = message('hello');
    const got: [UserMessage, Delivery][] = [];
    await using _ = await flow.consume(async (...call) => void got.push(call), { prefetch: 1 });
    await flow.publish(sent);
    await expect.poll(() => got).toEqual([[sent, { redelivered: false, attempt: 1 }]]);
  });

  test('keeps what is published before there is a consumer, and its order', async () => {
    const flow = open();
    const published = ['one', 'two', 'three'].map((content) => flow.publish(message(content)));
    const got: (string | null)[] = [];
    await using _ = await flow.consume(async ({ content }) => void got.push(content), { prefetch: 1 });
    await Promise.all(published);
    await expect.poll(() => got).toEqual(['one', 'two', 'three']);
  });

  test('has no more than prefetch messages in the handler', async () => {
    const flow = open();
    const gate = createGate();
    let active = 0;
    let most = 0;
    await using _ = await flow.consume(
      async () => {
        active += 1;
        most = Math.max(most, active);
        await gate.passed;
        active -= 1;
      },
      { prefetch: 2 },
    );
    const published = ['a', 'b', 'c', 'd', 'e'].map((content) => flow.publish(message(content)));
    await expect.poll(() => active).toBe(2);
    gate.open();
    await Promise.all(published);
    await expect.poll(() => active).toBe(0);
    expect(most).toBe(2);
  });

  test('hands nothing over while it is paused', async () => {
    const flow = open();
    const got: (string | null)[] = [];
    await using consumer = await flow.consume(async ({ content }) => void got.push(content), { prefetch: 1 });
    await flow.publish(message('before'));
    await expect.poll(() => got).toEqual(['before']);
    await consumer.pause();
    const published = flow.publish(message('meanwhile'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toEqual(['before']);
    await consumer.resume();
    await published;
    await expect.poll(() => got).toEqual(['before', 'meanwhile']);
  });

  test('waits for its handler when the consumer is disposed of; the next consumer gets the rest', async () => {
    const flow = open();
    const gate = createGate();
    const got: string[] = [];
    const first = await flow.consume(
      async ({ content }) => {
        await gate.passed;
        got.push(`first ${content}`);
      },
      { prefetch: 1 },
    );
    const published = ['a', 'b'].map((content) => flow.publish(message(content)));
    const disposed = first[Symbol.asyncDispose]();
    gate.open();
    await disposed;
    await using _ = await flow.consume(async ({ content }) => void got.push(`second ${content}`), {
      prefetch: 1,
    });
    await Promise.all(published);
    await expect.poll(() => got.length).toBe(2);
    expect(got.at(-1)).toBe('second b');
  });
});

describe('a direct flow', () => {
  test('settles its publish as the handler does', async () => {
    const flow = directFlow<UserMessage>();
    await using _ = await flow.consume(
      async ({ content }) => {
        if (content === 'bad') throw new Error('not this one');
      },
      { prefetch: 5 },
    );
    await expect(flow.publish(message('good'))).resolves.toBeUndefined();
    await expect(flow.publish(message('bad'))).rejects.toThrow('not this one');
  });

  test('refuses a second consumer', async () => {
    const flow = directFlow<UserMessage>();
    await using _ = await flow.consume(async () => {}, { prefetch: 1 });
    await expect(flow.consume(async () => {}, { prefetch: 1 })).rejects.toThrow('one consumer');
  });

  test('refuses publishes when too many wait for a consumer', async () => {
    const flow = directFlow<UserMessage>({ maxWaiting: 1 });
    const waiting = flow.publish(message('waits'));
    await expect(flow.publish(message('too much'))).rejects.toMatchObject({ code: 'broker.unavailable' });
    await using _ = await flow.consume(async () => {}, { prefetch: 1 });
    await waiting;
  });
});

describe('a queue connector', () => {
  test('joins a transport and an application', async () => {
    const connector = queueConnector(place.broker, place.queue());
    const transport = transportEnd(connector);
    const application = applicationEnd(connector);
    const got: unknown[] = [];
    const note = async (item: unknown): Promise<void> => void got.push(item);
    await using _inbound = await application.onInbound(note, { prefetch: 1 });
    await using _event = await application.onEvent(note, { prefetch: 1 });
    await using _outbound = await transport.onOutbound(note, { prefetch: 1 });
    const ack = createAck({ user_message_id: 'm1', transport_name: 'smpp' }, 's1');
    await transport.publishInbound(message('in'));
    await expect.poll(() => got.length).toBe(1);
    await transport.publishEvent(ack);
    await expect.poll(() => got.length).toBe(2);
    await application.publishOutbound(message('out'));
    await expect.poll(() => got.length).toBe(3);
    expect(got).toMatchObject([{ content: 'in' }, ack, { content: 'out' }]);
  });

  const malformed = [
    ['no JSON', '{"message_id": ', '{"message_id": ', 'not JSON'],
    ['no message', '{"message_id":"m1"}', { message_id: 'm1' }, 'missing'],
  ] as const;
  test.each(malformed)(
    'puts a body that is %s among the failures at once',
    async (_label, body, payload, reason) => {
      const name = place.queue();
      await place.broker.publish(`${name}.inbound`, body);
      let handled = 0;
      await using _ = await queueFlow(place.broker, name, 'inbound').consume(
        async () => void (handled += 1),
        {
          prefetch: 1,
        },
      );
      const failures: string[] = [];
      const failuresKey = `${name}.failures`;
      await using _failures = await place.broker.consume(
        failuresKey,
        async (text) => void failures.push(text),
        {
          prefetch: 1,
          failuresKey,
        },
      );
      await expect.poll(() => failures.length).toBe(1);
      const failure = parseFailure(failures[0] ?? '');
      expect(failure).toMatchObject({ message: payload, failure_code: 'permanent' });
      expect(failure.reason).toContain(reason);
      expect(handled).toBe(0);
    },
  );
});

import {
  EXCHANGES,
  parseFailure,
  VumiError,
  type BodyHandler,
  type BrokerConsumeOptions,
  type Delivery,
} from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrokerPlace, type BrokerPlace } from './broker-place.ts';
import { createGate } from './gate.ts';

describe('a broker', () => {
  let place: BrokerPlace;

  beforeAll(async () => {
    place = await openBrokerPlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  function consume(queue: string, handle: BodyHandler, options: Partial<BrokerConsumeOptions> = {}) {
    return place.broker.consume(queue, handle, {
      prefetch: 10,
      failuresKey: `${queue}.failures`,
      ...options,
    });
  }

  async function failuresOf(queue: string, count: number) {
    const bodies: string[] = [];
    const consumer = await consume(`${queue}.failures`, async (body) => void bodies.push(body));
    await expect.poll(() => bodies.length).toBe(count);
    await consumer[Symbol.asyncDispose]();
    return bodies.map(parseFailure);
  }

  test('delivers what was published before any consumer existed, in order, as first attempts', async () => {
    const queue = place.queue();
    await Promise.all(['one', 'two', 'three'].map((body) => place.broker.publish(queue, body)));
    const got: [string, Delivery][] = [];
    await using _ = await consume(queue, async (body, delivery) => void got.push([body, delivery]));
    await expect.poll(() => got.length).toBe(3);
    const first = { redelivered: false, attempt: 1 };
    expect(got).toEqual([
      ['one', first],
      ['two', first],
      ['three', first],
    ]);
  });

  test('keeps every character of a body', async () => {
    const queue = place.queue();
    const body = JSON.stringify({ content: 'naïve ☃ 😀 \u0000 \u2028 "quoted"', long: 'x'.repeat(300_000) });
    const got: string[] = [];
    await using _ = await consume(queue, async (text) => void got.push(text));
    await place.broker.publish(queue, body);
    await expect.poll(() => got).toEqual([body]);
  });

  test('does not deliver an acknowledged message again', async () => {
    const queue = place.queue();
    let handled = 0;
    const first = await consume(queue, async () => void (handled += 1));
    await place.broker.publish(queue, 'once');
    await expect.poll(() => handled).toBe(1);
    await first[Symbol.asyncDispose]();
    expect(await place.broker.depth(queue)).toBe(0);
    const rest: string[] = [];
    await using _ = await consume(queue, async (body) => void rest.push(body));
    await place.broker.publish(queue, 'next');
    await expect.poll(() => rest).toEqual(['next']);
  });

  test('delivers a rejected message again, flagged and with the number of the attempt', async () => {
    const queue = place.queue();
    const deliveries: Delivery[] = [];
    await using _ = await consume(queue, async (_body, delivery) => {
      deliveries.push(delivery);
      if (delivery.attempt < 3) throw new Error('not yet');
    });
    await place.broker.publish(queue, 'stubborn');
    await expect.poll(() => deliveries.length).toBe(3);
    expect(deliveries).toEqual([
      { redelivered: false, attempt: 1 },
      { redelivered: true, attempt: 2 },
      { redelivered: true, attempt: 3 },
    ]);
  });

  test('moves a message to the failures after its last attempt, and asks for another try later', async () => {
    const queue = place.queue();
    let attempts = 0;
    await using _ = await consume(
      queue,
      async () => {
        attempts += 1;
        throw new VumiError('internal', 'the handler is at odds with it');
      },
      { maxAttempts: 3 },
    );
    await place.broker.publish(queue, '{"message_id":"m1"}');
    const [failure] = await failuresOf(queue, 1);
    expect(attempts).toBe(3);
    expect(failure).toMatchObject({ message: { message_id: 'm1' }, failure_code: 'temporary' });
    expect(failure?.reason).toContain('the handler is at odds with it');
    expect(await place.broker.depth(queue)).toBe(0);
  });

  test('moves a message to the failures at once when no further attempt could help', async () => {
    const queue = place.queue();
    let attempts = 0;
    await using _ = await consume(queue, async () => {
      attempts += 1;
      throw new VumiError('message.not_json', 'no message at all');
    });
    await place.broker.publish(queue, 'gibberish');
    const [failure] = await failuresOf(queue, 1);
    expect(attempts).toBe(1);
    expect(failure).toMatchObject({ message: 'gibberish', failure_code: 'permanent' });
  });

  test('holds a message through an outage without using up its attempts', async () => {
    const queue = place.queue();
    const attempts: number[] = [];
    await using _ = await consume(
      queue,
      async (_body, { attempt }) => {
        attempts.push(attempt);
        if (attempts.length < 6) throw new VumiError('state.unavailable', 'the state is away');
      },
      { maxAttempts: 2 },
    );
    await place.broker.publish(queue, 'patient');
    await expect.poll(() => attempts).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('hands over no more than prefetch messages at a time', async () => {
    const queue = place.queue();
    const gate = createGate();
    let active = 0;
    let most = 0;
    let done = 0;
    await using _ = await consume(
      queue,
      async () => {
        active += 1;
        most = Math.max(most, active);
        await gate.passed;
        active -= 1;
        done += 1;
      },
      { prefetch: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, (_, n) => place.broker.publish(queue, String(n))));
    await expect.poll(() => active).toBe(3);
    await expect.poll(() => place.broker.depth(queue)).toBe(17);
    gate.open();
    await expect.poll(() => done).toBe(20);
    expect(most).toBe(3);
  });

  test('delivers to every queue that is bound to a key', async () => {
    const [key, copy] = [place.queue(), place.queue()];
    await place.broker.bind(copy, key);
    await place.broker.publish(key, 'for both');
    const got: string[] = [];
    await using _ = await consume(key, async (body) => void got.push(`${body} (own)`));
    await using _copy = await consume(copy, async (body) => void got.push(`${body} (copy)`));
    await expect.poll(() => got.toSorted()).toEqual(['for both (copy)', 'for both (own)']);
  });

  test.each(Object.entries(EXCHANGES))(
    'brings what is published on the exchange of %s to a queue that is bound to it',
    async (_label, exchange) => {
      const queue = place.queue();
      const got: string[] = [];
      await using _ = await consume(queue, async (body) => void got.push(body), { exchange });
      await place.broker.publish(queue, 'one', exchange);
      await place.broker.publish(queue, 'two', exchange);
      await expect.poll(() => got).toEqual(['one', 'two']);
    },
  );

  test('keeps apart what has the same key on different exchanges', async () => {
    const [key, other] = [place.queue(), place.queue()];
    const got: string[] = [];
    const note = (who: string) => async (body: string) => void got.push(`${body} to ${who}`);
    await using _own = await consume(key, note('messages'));
    await using _metrics = await consume(other, note('metrics'), {
      exchange: EXCHANGES.metrics,
      bindingKey: key,
    });
    await place.broker.publish(key, 'a datapoint', EXCHANGES.metrics);
    await place.broker.publish(key, 'a message');
    await expect.poll(() => got.toSorted()).toEqual(['a datapoint to metrics', 'a message to messages']);
  });

  test('takes what no queue wants, where the catalogue allows that, and keeps none of it', async () => {
    const queue = place.queue();
    const unwanted = Object.values(EXCHANGES).filter((exchange) => exchange.queue === 'none');
    for (const exchange of unwanted) await place.broker.publish(queue, 'unwanted', exchange);
    const got: string[] = [];
    await using _ = await consume(queue, async (body) => void got.push(body), { exchange: EXCHANGES.health });
    await place.broker.publish(queue, 'wanted', EXCHANGES.health);
    await expect.poll(() => got).toEqual(['wanted']);
  });

  const patterns: readonly [pattern: string, keys: readonly string[]][] = [
    ['#', ['Clinic.sms', 'clinic.sms.In.count', 'clinic.ussd.in', 'shop.sms.in']],
    ['clinic.#', ['clinic.sms.In.count', 'clinic.ussd.in']],
    ['clinic.*.in', ['clinic.ussd.in']],
    ['*.sms.#', ['Clinic.sms', 'clinic.sms.In.count', 'shop.sms.in']],
    ['#.in', ['clinic.ussd.in', 'shop.sms.in']],
    ['Clinic.sms', ['Clinic.sms']],
  ];
  test.each(patterns)('hands the pattern %s of a topic exchange those keys', async (pattern, wanted) => {
    const queue = place.queue();
    const mark = queue;
    const got: string[] = [];
    await place.broker.bind(queue, mark, EXCHANGES.graphite);
    await using _ = await consume(queue, async (body) => void got.push(body), {
      exchange: EXCHANGES.graphite,
      bindingKey: pattern,
    });
    for (const key of ['Clinic.sms', 'clinic.sms.In.count', 'clinic.ussd.in', 'shop.sms.in', mark]) {
      await place.broker.publish(key, key, EXCHANGES.graphite);
    }
    await expect.poll(() => got).toEqual([...wanted, mark]);
  });

  test('refuses keys that are not lower case, but for names of metrics', async () => {
    const refused = { code: 'name.not_lower_case' };
    await expect(place.broker.publish('SMSC.inbound', 'x')).rejects.toMatchObject(refused);
    await expect(place.broker.publish('Heartbeat', 'x', EXCHANGES.health)).rejects.toMatchObject(refused);
    await place.broker.publish('Clinic.Visits', '1.000000 1334567890', EXCHANGES.graphite);
  });

  test('hands over all that waits at once when prefetch is 0', async () => {
    const queue = place.queue();
    const gate = createGate();
    let active = 0;
    const work = async (): Promise<void> => {
      active += 1;
      await gate.passed;
    };
    await using _ = await consume(queue, work, { prefetch: 0 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => place.broker.publish(queue, String(n))));
    await expect.poll(() => active).toBe(50);
    gate.open();
  });

  test('shares a queue between its consumers', async () => {
    const queue = place.queue();
    const gate = createGate();
    const handled = { a: 0, b: 0 };
    const handler = (who: 'a' | 'b') => async () => {
      handled[who] += 1;
      await gate.passed;
    };
    await using _a = await consume(queue, handler('a'), { prefetch: 5 });
    await using _b = await consume(queue, handler('b'), { prefetch: 5 });
    await Promise.all(Array.from({ length: 10 }, (_, n) => place.broker.publish(queue, String(n))));
    await expect.poll(() => handled).toEqual({ a: 5, b: 5 });
    gate.open();
  });

  test('hands nothing to a paused consumer until it resumes', async () => {
    const [queue, other] = [place.queue(), place.queue()];
    const got: string[] = [];
    const seen: string[] = [];
    await using consumer = await consume(queue, async (body) => void got.push(body));
    await using _other = await consume(other, async (body) => void seen.push(body));
    await consumer.pause();
    await place.broker.publish(queue, 'one');
    await place.broker.publish(queue, 'two');
    await place.broker.publish(other, 'sign');
    await expect.poll(() => seen).toEqual(['sign']);
    expect(got).toEqual([]);
    await consumer.resume();
    await expect.poll(() => got).toEqual(['one', 'two']);
  });

  test('waits for the handlers in progress when a consumer is disposed of, and leaves the rest', async () => {
    const queue = place.queue();
    const gate = createGate();
    const started: string[] = [];
    const finished: string[] = [];
    const consumer = await consume(
      queue,
      async (body) => {
        started.push(body);
        await gate.passed;
        finished.push(body);
      },
      { prefetch: 2 },
    );
    await Promise.all(['a', 'b', 'c', 'd'].map((body) => place.broker.publish(queue, body)));
    await expect.poll(() => started.length).toBe(2);
    const disposed = consumer[Symbol.asyncDispose]();
    gate.open();
    await disposed;
    expect(finished).toEqual(['a', 'b']);
    await expect.poll(() => place.broker.depth(queue)).toBe(2);
    const rest: string[] = [];
    await using _ = await consume(queue, async (body) => void rest.push(body));
    await expect.poll(() => rest).toEqual(['c', 'd']);
  });

  test('puts a message back at once when its consumer is disposed of between two attempts', async () => {
    const queue = place.queue();
    const rejected = createGate();
    const consumer = await consume(queue, async () => {
      rejected.open();
      throw new VumiError('store.unavailable', 'the store is away');
    });
    await place.broker.publish(queue, 'homeless');
    await rejected.passed;
    await consumer[Symbol.asyncDispose]();
    const got: boolean[] = [];
    await using _ = await consume(queue, async (_body, { redelivered }) => void got.push(redelivered));
    await expect.poll(() => got).toEqual([true]);
  });

  test('lets one exclusive consumer work at a time and another take over when it goes', async () => {
    const queue = place.queue('exclusive');
    const got: string[] = [];
    const options = { exclusive: true, prefetch: 1 };
    const first = await consume(queue, async (body) => void got.push(`first ${body}`), options);
    await using _ = await consume(queue, async (body) => void got.push(`second ${body}`), options);
    for (const body of ['1', '2', '3', '4']) await place.broker.publish(queue, body);
    await expect.poll(() => got).toEqual(['first 1', 'first 2', 'first 3', 'first 4']);
    await first[Symbol.asyncDispose]();
    await place.broker.publish(queue, '5');
    await expect.poll(() => got.at(-1)).toBe('second 5');
  });

  test('knows how many messages wait, and that none wait in a queue that nobody knows', async () => {
    const queue = place.queue();
    expect(await place.broker.depth(queue)).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((body) => place.broker.publish(queue, body)));
    await expect.poll(() => place.broker.depth(queue)).toBe(3);
  });

  test('knows how many consumers a queue has', async () => {
    const queue = place.queue();
    expect(await place.broker.consumers(queue)).toBe(0);
    const first = await consume(queue, async () => {});
    await using _ = await consume(queue, async () => {});
    await expect.poll(() => place.broker.consumers(queue)).toBe(2);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => place.broker.consumers(queue)).toBe(1);
  });

  test('takes a queue that expires away, with what is in it, when nobody consumes it any more', async () => {
    const queue = place.queue();
    const options = { exchange: EXCHANGES.health, expiresMs: 300 };
    const got: string[] = [];
    const keep = async (body: string): Promise<void> => void got.push(body);
    const say = (body: string): Promise<void> => place.broker.publish(queue, body, EXCHANGES.health);
    const first = await consume(queue, keep, options);
    await using _ = await consume(`${queue}.other`, keep, { ...options, bindingKey: queue });
    await say('to both');
    await expect.poll(() => got).toEqual(['to both', 'to both']);
    await first[Symbol.asyncDispose]();
    await say('to the other');
    await expect.poll(() => got.length).toBe(3);
    // Each look at the queue keeps it for another while.
    await expect.poll(() => place.broker.depth(queue), { interval: 1000 }).toBe(0);
    await using _again = await consume(queue, keep, options);
    await say('to both again');
    await expect.poll(() => got.length).toBe(5);
    expect(got.slice(2)).toEqual(['to the other', 'to both again', 'to both again']);
  });

  test('brings 5,000 messages through in order, none lost and none doubled', async () => {
    const queue = place.queue();
    const got: number[] = [];
    await using _ = await consume(queue, async (body) => void got.push(Number(body)), { prefetch: 100 });
    await Promise.all(Array.from({ length: 5_000 }, (_, n) => place.broker.publish(queue, String(n))));
    await expect.poll(() => got.length).toBe(5_000);
    expect(got).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
  });
});

test('a closed broker refuses to publish and to consume', async () => {
  const place = await openBrokerPlace();
  const queue = place.queue();
  await place.broker.publish(queue, 'before');
  await place[Symbol.asyncDispose]();
  await expect(place.broker.publish(queue, 'after')).rejects.toMatchObject({ code: 'broker.closed' });
  const options = { prefetch: 1, failuresKey: `${queue}.failures` };
  await expect(place.broker.consume(queue, async () => {}, options)).rejects.toMatchObject({
    code: 'broker.closed',
  });
});

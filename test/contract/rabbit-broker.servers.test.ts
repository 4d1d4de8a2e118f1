import { connectRabbitBroker } from '@vumi/broker';
import { EXCHANGES, silentLogger, type Delivery } from '@vumi/core';
import amqp from 'amqplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireServer } from '../backend.ts';
import { openRabbitPlace, type BrokerPlace } from './broker-place.ts';
import { createGate } from './gate.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const MESSAGES = 2_000;
const IN_FLIGHT = 100;

describe('a RabbitMQ broker whose connection breaks', () => {
  let proxy: TcpProxy;
  let place: BrokerPlace;

  beforeEach(async () => {
    const url = new URL(await requireServer('broker'));
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    place = await openRabbitPlace({ url: url.href, maxWaiting: 5 });
  });
  afterEach(async () => {
    proxy.mend();
    await place[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('brings every one of 2,000 messages to the handler once', async () => {
    const queue = place.queue();
    const got = new Map<string, number>();
    await using _ = await place.broker.consume(
      queue,
      async (body) => {
        got.set(body, (got.get(body) ?? 0) + 1);
        if (got.size % 500 === 250) proxy.cut();
      },
      { prefetch: 50, failuresKey: `${queue}.failures` },
    );
    let next = 0;
    const publishInTurn = async (): Promise<void> => {
      while (next < MESSAGES) {
        next += 1;
        const body = String(next);
        await untilTaken(() => place.broker.publish(queue, body));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, publishInTurn));
    await expect.poll(() => got.size).toBe(MESSAGES);
    await expect.poll(() => place.broker.depth(queue)).toBe(0);
    expect([...got.values()].filter((times) => times !== 1)).toEqual([]);
  });

  test('does not run a handler beside itself, and acknowledges its message on the new connection', async () => {
    const queue = place.queue();
    const gate = createGate();
    let runs = 0;
    await using _ = await place.broker.consume(
      queue,
      async () => {
        runs += 1;
        await gate.passed;
      },
      { prefetch: 2, failuresKey: `${queue}.failures` },
    );
    await place.broker.publish(queue, 'slow');
    await expect.poll(() => runs).toBe(1);
    proxy.cut();
    const other = place.queue();
    await place.broker.publish(other, 'after the cut');
    gate.open();
    await expect.poll(() => place.broker.depth(queue).catch(() => -1)).toBe(0);
    expect(runs).toBe(1);
  });

  test('lets publishes wait for its return, and refuses those beyond its limit', async () => {
    const queue = place.queue();
    await place.broker.publish(queue, 'before');
    proxy.sever();
    await expect.poll(() => place.broker.depth(queue).catch(() => -1)).toBe(-1);
    const waiting = Array.from({ length: 5 }, (_, n) => place.broker.publish(queue, String(n)));
    await expect.poll(() => refusal(place.broker.publish(queue, 'late'))).toBe('broker.unavailable');
    proxy.mend();
    await Promise.all(waiting);
    await expect.poll(() => place.broker.depth(queue)).toBe(6);
  });

  test('lets nobody wait who publishes metrics while it is away, and brings the newest of them afterwards', async () => {
    const queue = place.queue();
    const got: string[] = [];
    await using _ = await place.broker.consume(queue, async (body) => void got.push(body), {
      prefetch: 100,
      failuresKey: `${queue}.failures`,
      exchange: EXCHANGES.metrics,
    });
    await place.broker.publish(queue, 'before', EXCHANGES.metrics);
    await expect.poll(() => got).toEqual(['before']);
    const other = place.queue();
    proxy.sever();
    // Refused: the publishing connection, too, knows that it is gone.
    const publishOther = () => Promise.race([refusal(place.broker.publish(other, 'a message')), soon()]);
    await expect.poll(publishOther).toBe('broker.unavailable');
    for (let n = 1; n <= 1_500; n += 1) await place.broker.publish(queue, String(n), EXCHANGES.metrics);
    proxy.mend();
    await expect.poll(() => got.length).toBe(1_001);
    expect(got.slice(1)).toEqual(Array.from({ length: 1_000 }, (_, n) => String(n + 501)));
  });
});

describe('a RabbitMQ broker', () => {
  test('counts the attempts of classic queues itself', async () => {
    await using place = await openRabbitPlace({ queueType: 'classic' });
    const queue = place.queue();
    const attempts: Delivery[] = [];
    await using _ = await place.broker.consume(
      queue,
      async (_body, delivery) => {
        attempts.push(delivery);
        throw new Error('never');
      },
      { prefetch: 1, maxAttempts: 3, failuresKey: `${queue}.failures` },
    );
    await place.broker.publish(queue, '{}');
    await expect.poll(() => place.broker.depth(`${queue}.failures`)).toBe(1);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('says what to do about a queue of the other type', async () => {
    const url = await requireServer('broker');
    await using place = await openRabbitPlace({ queueType: 'quorum' });
    const queue = place.queue();
    await place.broker.publish(queue, 'in a quorum queue');
    await using classic = await connectRabbitBroker({
      url,
      namespace: place.namespace,
      queueType: 'classic',
      logger: silentLogger,
    });
    const options = { prefetch: 1, failuresKey: `${queue}.failures` };
    const mismatch = {
      code: 'broker.queue_mismatch',
      message: expect.stringContaining('delete_queue') as string,
    };
    await expect(classic.consume(queue, async () => {}, options)).rejects.toMatchObject(mismatch);
    await expect(classic.publish(queue, 'in a classic queue')).rejects.toMatchObject(mismatch);
  });

  test.each([
    ['quorum', 'classic'],
    ['classic', 'quorum'],
  ] as const)(
    'uses a %s queue for a worker that would make a %s one, where it may',
    async (there, wanted) => {
      const url = await requireServer('broker');
      await using place = await openRabbitPlace({ queueType: there });
      const queue = place.queue();
      await place.broker.publish(queue, '{}');
      await using worker = await connectRabbitBroker({
        url,
        namespace: place.namespace,
        queueType: wanted,
        acceptsOtherTypes: true,
        retryDelayMs: 5,
        logger: silentLogger,
      });
      const attempts: number[] = [];
      const failing = async (_body: string, { attempt }: Delivery): Promise<void> => {
        attempts.push(attempt);
        throw new Error('never');
      };
      await using _ = await worker.consume(queue, failing, {
        prefetch: 1,
        maxAttempts: 3,
        failuresKey: `${queue}.failures`,
      });
      await expect.poll(() => worker.depth(`${queue}.failures`)).toBe(1);
      expect(attempts).toEqual([1, 2, 3]);
      await worker.publish(queue, '{}');
    },
  );

  test('says what to do about an exclusive consumer of a queue that was not made for it', async () => {
    await using place = await openRabbitPlace();
    const queue = place.queue();
    await place.broker.publish(queue, 'early');
    const options = { prefetch: 1, exclusive: true, failuresKey: `${queue}.failures` };
    await expect(place.broker.consume(queue, async () => {}, options)).rejects.toMatchObject({
      code: 'broker.queue_mismatch',
    });
  });

  test('makes a queue again that was deleted while it published or consumed', async () => {
    await using place = await openRabbitPlace();
    const queue = place.queue();
    await place.broker.publish(queue, 'first');
    await deleteQueue(`${place.namespace}.${queue}`);
    await place.broker.publish(queue, 'second');
    expect(await place.broker.depth(queue)).toBe(1);
    const got: string[] = [];
    await using _ = await place.broker.consume(queue, async (body) => void got.push(body), {
      prefetch: 1,
      failuresKey: `${queue}.failures`,
    });
    await expect.poll(() => got).toEqual(['second']);
    await deleteQueue(`${place.namespace}.${queue}`);
    // A publish in the same moment would meet RabbitMQ 3.10 before it has told the consumer, and wait with it.
    await expect.poll(() => queueExists(`${place.namespace}.${queue}`)).toBe(true);
    await place.broker.publish(queue, 'third');
    await expect.poll(() => got.at(-1)).toBe('third');
  });

  test('says where it looked for RabbitMQ when there is none', async () => {
    const url = 'amqp://guest:guest@127.0.0.1:1';
    const options = { url, connectTimeoutMs: 200, logger: silentLogger };
    await expect(connectRabbitBroker(options)).rejects.toMatchObject({
      code: 'broker.unavailable',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });

  test('does not wait for a RabbitMQ that refuses the password', async () => {
    const url = new URL(await requireServer('broker'));
    url.password = 'wrong';
    await expect(connectRabbitBroker({ url: url.href, logger: silentLogger })).rejects.toMatchObject({
      code: 'broker.unavailable',
      message: expect.stringContaining('ACCESS') as string,
    });
  });
});

async function deleteQueue(name: string): Promise<void> {
  const connection = await amqp.connect(await requireServer('broker'));
  const channel = await connection.createChannel();
  await channel.deleteQueue(name);
  await connection.close();
}

async function queueExists(name: string): Promise<boolean> {
  const connection = await amqp.connect(await requireServer('broker'));
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  const exists = await channel.checkQueue(name).then(
    () => true,
    () => false,
  );
  await connection.close();
  return exists;
}

/** A publisher that is refused tries again, like every caller of the port. */
async function untilTaken(publish: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await publish();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function refusal(publish: Promise<void>): Promise<unknown> {
  try {
    await publish;
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

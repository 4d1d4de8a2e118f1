import type { Channel, ConfirmChannel } from 'amqplib';

export interface Pace {
  /** Messages per second. */
  readonly rate: number;
  /** Microseconds of this process's CPU for each: unlike a rate it hardly changes with what else the machine does. */
  readonly cpuUs: number;
}

export function startPace(): (count: number) => Pace {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  return (count) => {
    const { user, system } = process.cpuUsage(cpuBefore);
    return { rate: count / ((performance.now() - startedAt) / 1000), cpuUs: (user + system) / count };
  };
}

/**
 * The raw hop that ours is compared with: one connection, one confirm channel, each message parsed, written anew,
 * published persistently with a confirm and acknowledged by itself after it. It decides nothing and remembers nothing:
 * no check of the message, no message ids, no `mandatory`, no reconnection.
 */
export async function rawHop(
  channel: ConfirmChannel,
  { from, to, count }: { from: string; to: string; count: number },
): Promise<Pace> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let done = 0;
  const paceOf = startPace();
  const { consumerTag } = await channel.consume(from, (message) => {
    if (message === null) return;
    const body = Buffer.from(JSON.stringify(JSON.parse(message.content.toString())));
    channel.sendToQueue(to, body, { persistent: true }, () => {
      channel.ack(message);
      done += 1;
      if (done === count) resolve();
    });
  });
  await promise;
  const pace = paceOf(count);
  await channel.cancel(consumerTag);
  return pace;
}

/** Fills a queue with such messages, as our publisher sends them, a thousand confirms at a time. */
export async function fill(
  channel: ConfirmChannel,
  queue: string,
  message: object,
  count: number,
): Promise<void> {
  for (let sent = 1; sent <= count; sent += 1) {
    const messageId = sent.toString(16).padStart(32, '0');
    const body = Buffer.from(JSON.stringify({ ...message, message_id: messageId }));
    channel.sendToQueue(queue, body, { persistent: true, messageId });
    if (sent % 1000 === 0) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
}

export async function empty(channel: Channel, ...queues: string[]): Promise<void> {
  for (const queue of queues) await channel.purgeQueue(queue);
}

import { randomBytes } from 'node:crypto';
import amqp from 'amqplib';

const PREFETCH = 500;

/**
 * The raw baseline: what RabbitMQ and amqplib do for a message and its reply when nothing is done with them. Two
 * durable hops on quorum queues: a filled queue is consumed, each message parsed and published on with a confirm and
 * then acknowledged, and the second queue is consumed too. Messages per second (spec baselines §2a, "drain").
 */
export async function benchAmqpLoop(url: string, count: number): Promise<number> {
  const connection = await amqp.connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const names = ['in', 'out'].map((name) => `vumi-bench-${randomBytes(4).toString('hex')}-${name}`);
  const [input = '', output = ''] = names;
  for (const name of names) {
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  }
  const body = Buffer.from(JSON.stringify({ message_id: '0'.repeat(32), content: 'x'.repeat(500) }));
  for (let sent = 0; sent < count; sent++) {
    channel.sendToQueue(input, body, { persistent: true });
    if (sent % 1000 === 999) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();

  const startedAt = performance.now();
  await channel.prefetch(PREFETCH);
  await channel.consume(input, (message) => {
    if (message === null) return;
    const reply = Buffer.from(JSON.stringify(JSON.parse(message.content.toString())));
    channel.sendToQueue(output, reply, { persistent: true }, () => channel.ack(message));
  });
  await new Promise<void>((resolve) => {
    let seen = 0;
    void channel.consume(output, (message) => {
      if (message === null) return;
      channel.ack(message);
      if (++seen === count) resolve();
    });
  });
  const rate = count / ((performance.now() - startedAt) / 1000);
  for (const name of names) await channel.deleteQueue(name);
  await connection.close();
  return rate;
}

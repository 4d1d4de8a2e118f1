import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { writeAsVumi } from './vumi-json.ts';

/** A handler of a Python Vumi: the message stays unacknowledged when it answers `false`. */
type PeerHandler = (message: Record<string, unknown>) => Promise<unknown>;

export interface VumiPeer {
  /** As a consumer of Vumi: declares and binds, one channel, strictly one message after another. */
  consume(key: string, handler: PeerHandler): Promise<void>;
  /** As a publisher of Vumi: declares the exchange and no queue; nothing but the delivery mode beside the body. */
  publish(key: string, message: object): Promise<void>;
  /** What RabbitMQ gave it last, as it came. */
  readonly last: ConsumeMessage | undefined;
}

const PREFETCH = 20;

/** A worker that talks to RabbitMQ as a Python Vumi does (spec vumi-core §2). `exchange` is Vumi's, or a test's own. */
export function createVumiPeer(connection: ChannelModel, exchange: string, prefix = ''): VumiPeer {
  let last: ConsumeMessage | undefined;
  return {
    get last() {
      return last;
    },
    async consume(key, handler) {
      const channel = await connection.createChannel();
      await channel.assertExchange(exchange, 'direct', { durable: true });
      await channel.assertQueue(prefix + key, { durable: true });
      await channel.bindQueue(prefix + key, exchange, key);
      await channel.prefetch(PREFETCH);
      let busy: Promise<unknown> = Promise.resolve();
      const take = async (message: ConsumeMessage): Promise<void> => {
        const answer = await handler(JSON.parse(message.content.toString()) as Record<string, unknown>);
        if (answer !== false) channel.ack(message);
      };
      await channel.consume(prefix + key, (message) => {
        if (message === null) return;
        last = message;
        busy = busy.then(() => take(message));
      });
    },
    async publish(key, message) {
      if (key !== key.toLowerCase()) throw new Error('the routing key must be lower case');
      const channel = await connection.createChannel();
      await channel.assertExchange(exchange, 'direct', { durable: true });
      channel.publish(exchange, key, Buffer.from(writeAsVumi(message)), { deliveryMode: 2 });
      await channel.close();
    },
  };
}

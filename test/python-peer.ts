import { randomBytes } from 'node:crypto';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { requireServer } from './backend.ts';

type Flow = 'inbound' | 'event' | 'outbound' | 'failures';
type Body = Readonly<Record<string, unknown>>;

/**
 * The other end of a connector as a worker of a Python Vumi is it: it declares the direct exchange `vumi` and durable
 * classic queues without arguments, publishes without properties but persistence, and consumes on a channel of its own
 * (spec vumi-core §2). Queues and exchange have a prefix of their own, so that tests do not meet.
 */
export class PythonPeer implements AsyncDisposable {
  readonly url: string;
  readonly namespace = `yaml_${randomBytes(5).toString('hex')}`;
  readonly #model: ChannelModel;
  readonly #publishing: Channel;
  readonly #queues = new Set<string>();
  #declared: Promise<unknown> | null = null;
  readonly #got = new Map<string, Body[]>();

  private constructor(url: string, model: ChannelModel, publishing: Channel) {
    this.url = url;
    this.#model = model;
    this.#publishing = publishing;
  }

  static async connect(): Promise<PythonPeer> {
    const url = await requireServer('broker');
    const model = await amqp.connect(url);
    return new PythonPeer(url, model, await model.createChannel());
  }

  get #exchange(): string {
    return `${this.namespace}.vumi`;
  }

  /** What has arrived at a connector so far; the first call begins to consume. */
  async listen(connector: string, flow: Flow): Promise<readonly Body[]> {
    const queue = `${this.namespace}.${connector}.${flow}`;
    const known = this.#got.get(queue);
    if (known !== undefined) return known;
    const got: Body[] = [];
    this.#got.set(queue, got);
    this.#queues.add(queue);
    const channel = await this.#model.createChannel();
    await channel.assertExchange(this.#exchange, 'direct', { durable: true });
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, this.#exchange, `${connector}.${flow}`);
    await channel.prefetch(20);
    await channel.consume(queue, (message) => {
      if (message === null) return;
      got.push(JSON.parse(message.content.toString()) as Body);
      channel.ack(message);
    });
    return got;
  }

  async publish(connector: string, flow: Flow, body: object): Promise<void> {
    this.#declared ??= this.#publishing.assertExchange(this.#exchange, 'direct', { durable: true });
    await this.#declared;
    this.#queues.add(`${this.namespace}.${connector}.${flow}`);
    const content = Buffer.from(JSON.stringify(body));
    this.#publishing.publish(this.#exchange, `${connector}.${flow}`, content, { deliveryMode: 2 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const names = [...this.#queues].map((queue) => queue.replace(/\.(inbound|event|outbound)$/, ''));
    const all = new Set(
      names.flatMap((name) => ['inbound', 'event', 'outbound', 'failures'].map((flow) => `${name}.${flow}`)),
    );
    const channel = await this.#model.createChannel();
    for (const queue of all) await channel.deleteQueue(queue);
    await channel.deleteExchange(this.#exchange);
    await this.#model.close();
  }
}

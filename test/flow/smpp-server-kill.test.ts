import { describe, expect, it } from 'vitest';
import { createPlace, eventually } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmppClient, type ClientOptions, type Delivered } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { freePort } from '@vumi/machine/testing';

const COUNT = 400;
const KILLED_AT = [40, 200];
/** Messages that the client has on their way. */
const AT_ONCE = 8;

/**
 * The client sends each text until it is answered, and what was on its way when the platform died under another text:
 * so a text that was answered must arrive once, and one that was not at most once.
 */
describe('kill -9 of the SMPP server while a client submits and receives', () => {
  it('loses nothing that was answered and doubles nothing', async () => {
    await using peer = await SmscPeer.start({ window: 2 });
    await using place = await createPlace();
    const port = await freePort();
    await using platform = await PlatformProcess.create(place, { smpp_server: { port } });
    await platform.start();
    await setUp(platform, peer.port);
    await eventually(() => peer.isBound, Boolean);

    const receiver = new Receiver(port);
    const sender = new Sender(port);
    const delivered = Array.from({ length: COUNT }, (_, index) =>
      peer.deliver('27761234567', '8000', `mo ${index}`),
    );
    const work = sender.sendAll();
    for (const count of KILLED_AT) {
      await eventually(
        () => sender.answered.size,
        (size) => size >= count,
        30_000,
      );
      await platform.kill('SIGKILL');
      await platform.start();
    }
    await work;
    await Promise.all(delivered);

    const arrived = await eventually(
      () => peer.submitted.map(({ text }) => text),
      (texts) => [...sender.answered].every((text) => texts.includes(text)),
      30_000,
    );
    expect(arrived.length).toBe(new Set(arrived).size);

    const received = await eventually(
      () => new Set(receiver.texts),
      (texts) => texts.size === COUNT,
      30_000,
    );
    expect([...received].toSorted()).toEqual(
      Array.from({ length: COUNT }, (_, index) => `mo ${index}`).toSorted(),
    );
    // A deliver_sm whose answer was lost with the platform comes again: no more than were on their way.
    expect(receiver.texts.length - COUNT).toBeLessThanOrEqual(KILLED_AT.length * Receiver.WINDOW);

    // What was answered ends in a receipt, if only one that says that nobody knows.
    await eventually(
      () => [...sender.ids].filter((id) => !receiver.receiptIds.includes(id)),
      (untold) => untold.length === 0,
      30_000,
    );
    await receiver.end();
  });
});

async function setUp({ client }: PlatformProcess, peerPort: number): Promise<void> {
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peerPort, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/shop/smpp-clients/acme', {
    password: 'secret',
    window: Receiver.WINDOW,
    messages_per_second: 10_000,
  });
  await client.must('PUT', '/accounts/shop/routes/acme', {
    smpp_client: 'acme',
    transport: 'peer',
    to_addr: '8000',
  });
}

/** Binds until it is bound. */
async function bind(
  options: ClientOptions,
  command: 'bind_transmitter' | 'bind_receiver',
): Promise<SmppClient> {
  for (;;) {
    try {
      return await SmppClient.bound(options, command);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

class Sender {
  readonly answered = new Set<string>();
  readonly ids = new Set<string>();
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async sendAll(): Promise<void> {
    let client = await this.#bind();
    for (let first = 0; this.answered.size < COUNT; first += AT_ONCE) {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => this.#send(client, `mt ${first + index}`)),
      );
      if (answers.includes(false)) client = await this.#bind();
    }
    await client[Symbol.asyncDispose]();
  }

  /** False when the connection went. */
  async #send(client: SmppClient, text: string): Promise<boolean> {
    const fields = { source_addr: '8000', destination_addr: '27761234567', registered_delivery: 1 };
    const answer = await Promise.race([client.submit({ ...fields, short_message: text }), client.gone]);
    if (answer?.command_status === 0) {
      this.answered.add(text);
      this.ids.add(String(answer['message_id']));
    }
    return answer !== null;
  }

  #bind(): Promise<SmppClient> {
    return bind({ port: this.#port }, 'bind_transmitter');
  }
}

class Receiver {
  static readonly WINDOW = 10;
  readonly texts: string[] = [];
  readonly receiptIds: string[] = [];
  readonly #port: number;
  #ended = false;
  #client: SmppClient | null = null;
  readonly #running: Promise<void>;

  constructor(port: number) {
    this.#port = port;
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#client?.[Symbol.asyncDispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    const options = { port: this.#port, onDelivered: (delivered: Delivered) => this.#take(delivered) };
    while (!this.#ended) {
      this.#client = await bind(options, 'bind_receiver');
      await this.#client.gone;
    }
  }

  #take({ text, esmClass }: Delivered): void {
    const id = /^id:(\w+)/.exec(text)?.[1];
    if (esmClass === 0) this.texts.push(text);
    else if (id !== undefined) this.receiptIds.push(id);
  }
}

import { createUserMessage, type TransportEvent, type UserMessage } from '@vumi/core';
import { smppTransport } from '../smpp/smpp-transport.ts';
import type { Transport } from '../transport-type.ts';
import { MemoryPorts } from './memory-ports.ts';
import { TestSmsc } from './test-smsc.ts';

/** A transport of short patience between an SMSC that obeys the test and a platform in memory. */
export class SmppFixture implements AsyncDisposable {
  smsc: TestSmsc;
  readonly ports = new MemoryPorts();
  readonly #running: Transport[] = [];

  private constructor(smsc: TestSmsc) {
    this.smsc = smsc;
  }

  static async create(): Promise<SmppFixture> {
    return new SmppFixture(await TestSmsc.start());
  }

  async start(config: Record<string, unknown> = {}, ports: MemoryPorts = this.ports): Promise<Transport> {
    const port = 'port' in config ? config['port'] : this.smsc.port;
    const options = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
    const fast = { initial_reconnect_delay: 0.02, max_reconnect_delay: 0.1, throttle_delay: 0.02 };
    const transport = await smppTransport.start({ ...options, ...fast, ...config }, ports);
    this.#running.push(transport);
    return transport;
  }

  /** The ports of the transport's next life: state and ledger as they are now, all else new. */
  nextLife(): MemoryPorts {
    const next = new MemoryPorts();
    for (const [key, value] of this.ports.ledger.values) next.ledger.put(key, value);
    for (const [key, value] of this.ports.state.values) next.state.values.set(key, value);
    return next;
  }

  eventsOf(message: UserMessage, ports: MemoryPorts = this.ports): TransportEvent[] {
    return ports.events.filter(({ user_message_id: id }) => id === message.message_id);
  }

  get statusTypes(): string[] {
    return this.ports.statuses.map(({ type }) => type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First, so that nobody waits for a response that a test keeps back.
    await this.smsc[Symbol.asyncDispose]();
    await Promise.all(this.#running.map((transport) => transport[Symbol.asyncDispose]()));
  }
}

export function outbound(content: string | null, fields: Partial<UserMessage> = {}): UserMessage {
  return createUserMessage({ to_addr: '27761234567', from_addr: '12345', content, ...fields });
}

/** A response that never comes. */
export const NEVER = new Promise<never>(() => {});

import {
  createUserMessage,
  silentLogger,
  type NetworkExchange,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { HttpAnswer, OutboundRequest, RequestOutcome } from '@vumi/http';
import { transportTypes } from '../registry.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import { CalledHttp, type CalledRequest } from './called-http.ts';
import { MemoryPorts } from './memory-ports.ts';

/** What a provider answers: status and body, a JSON value or a text; or that it cannot be asked. */
export type Scripted =
  | readonly [status: number, body?: unknown, headers?: Record<string, string>]
  | RequestOutcome;

/** HTTP without sockets, whose other side answers as it is told, and then 200. */
class ScriptedHttp extends CalledHttp {
  readonly sent: OutboundRequest[] = [];
  readonly answers: Scripted[] = [];
  /** What it was told of our address. */
  readonly announced: OutboundRequest[] = [];

  override send(request: OutboundRequest): Promise<RequestOutcome> {
    if (request.url.endsWith('/webhooks')) {
      this.announced.push(request);
      return Promise.resolve(toOutcome([201]));
    }
    this.sent.push(request);
    return Promise.resolve(toOutcome(this.answers.shift() ?? [200, '']));
  }
}

function toOutcome(scripted: Scripted): RequestOutcome {
  if ('kind' in scripted) return scripted;
  const [status, body = '', headers = {}] = scripted;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answered', status, headers, body: Buffer.from(text) };
}

export interface PlayOptions {
  readonly clock?: () => number;
  readonly name?: string;
  /** A former life, whose state and ledger it finds. */
  readonly after?: ProviderPlay;
  /** To what it asks as soon as it starts. */
  readonly answers?: readonly Scripted[];
}

/** A transport of a provider between an app and a provider, both played by a test. */
export class ProviderPlay implements AsyncDisposable {
  readonly memory: MemoryPorts;
  /** What was noted of requests and their answers. */
  readonly exchanges: readonly NetworkExchange[];
  readonly #http: ScriptedHttp;
  readonly #transport: Transport;

  private constructor(parts: {
    memory: MemoryPorts;
    http: ScriptedHttp;
    exchanges: readonly NetworkExchange[];
    transport: Transport;
  }) {
    this.memory = parts.memory;
    this.exchanges = parts.exchanges;
    this.#http = parts.http;
    this.#transport = parts.transport;
  }

  static async start(
    type: keyof typeof transportTypes,
    config: Readonly<Record<string, unknown>>,
    { clock = Date.now, name = 'net', after, answers = [] }: PlayOptions = {},
  ): Promise<ProviderPlay> {
    const memory = new MemoryPorts(name);
    const { state, ledger } = after?.memory ?? memory;
    const http = new ScriptedHttp(name);
    const exchanges: NetworkExchange[] = [];
    http.answers.push(...answers);
    const ports: TransportPorts = {
      end: memory.end,
      publishStatus: (status) => memory.publishStatus(status),
      publishFailure: (failure) => memory.publishFailure(failure),
      state,
      ledger,
      http,
      logger: silentLogger,
      refusalOf: memory.refusalOf,
      clock,
      random: () => 0,
      exchanges: { note: (exchange) => void exchanges.push(exchange) },
    };
    const transport = await transportTypes[type].start(config, ports);
    return new ProviderPlay({ memory, http, exchanges, transport });
  }

  /** What the provider answers next. */
  will(...answers: readonly Scripted[]): void {
    this.#http.answers.push(...answers);
  }

  get sent(): readonly OutboundRequest[] {
    return this.#http.sent;
  }

  get announced(): readonly OutboundRequest[] {
    return this.#http.announced;
  }

  get gauges(): Readonly<Record<string, number>> {
    return this.#transport.gauges();
  }

  get inbound(): readonly UserMessage[] {
    return this.memory.inbound;
  }

  get events(): readonly TransportEvent[] {
    return this.memory.events;
  }

  /** Hands over a message of the app, whose outcome is awaited elsewhere. */
  queue(fields: Partial<UserMessage> = {}, redelivered = false): Promise<void> {
    return this.memory.send(outbound(fields), redelivered);
  }

  cancel(messageId: string): Promise<boolean> {
    return this.#transport.cancel?.(messageId) ?? Promise.resolve(false);
  }

  /** Sends a message of the app; gives its event. */
  async send(fields: Partial<UserMessage> = {}): Promise<TransportEvent | undefined> {
    const before = this.events.length;
    await this.memory.send(outbound(fields));
    return this.events[before];
  }

  ask(request: CalledRequest): Promise<HttpAnswer> {
    return this.#http.ask(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

function outbound(fields: Partial<UserMessage>): UserMessage {
  const usual = { to_addr: '+27761234567', from_addr: '+27800000001', content: 'yo' };
  return { ...createUserMessage({ ...usual, ...fields }), ...fields };
}

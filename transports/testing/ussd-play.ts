import { reply, silentLogger, type UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import { transportTypes } from '../registry.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import { CalledHttp, type CalledRequest } from './called-http.ts';
import { MemoryPorts } from './memory-ports.ts';

/** What an app answers: a text, and whether it ends the session. */
export type Said = readonly [content: string | null, event?: 'close'];

/** Answers with the parts that tables compare. */
export interface Shown {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A USSD transport without sockets, and an app that says what it is told to. */
export class UssdPlay implements AsyncDisposable {
  readonly memory: MemoryPorts;
  readonly http: CalledHttp;
  readonly #transport: Transport;
  readonly #says: Said[] = [];

  private constructor(memory: MemoryPorts, http: CalledHttp, transport: Transport) {
    this.memory = memory;
    this.http = http;
    this.http = http;
    this.#transport = transport;
    memory.onInbound = async (message) => {
      if (message.session_event !== 'close') setImmediate(() => this.#answer(message));
    };
  }

  static async start(
    type: keyof typeof transportTypes,
    config: Readonly<Record<string, unknown>> = {},
    memory = new MemoryPorts('net'),
    http = new CalledHttp(),
  ): Promise<UssdPlay> {
    const ports: TransportPorts = {
      end: memory.end,
      publishStatus: (status) => memory.publishStatus(status),
      publishFailure: (failure) => memory.publishFailure(failure),
      state: memory.state,
      ledger: memory.ledger,
      http,
      logger: silentLogger,
      clock: Date.now,
      random: () => 0,
    };
    return new UssdPlay(memory, http, await transportTypes[type].start(config, ports));
  }

  /** What the app says next; when it has said all of it, it is silent. */
  say(...said: readonly Said[]): void {
    this.#says.push(...said);
  }

  async ask(request: CalledRequest): Promise<Shown> {
    return shown(await this.http.ask(request));
  }

  get gauges(): Readonly<Record<string, number>> {
    return this.#transport.gauges();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  #answer(message: UserMessage): void {
    const said = this.#says.shift();
    if (said === undefined) return;
    const [content, event] = said;
    void this.memory.send(reply(message, content, { continueSession: event !== 'close' }));
  }
}

function shown({ status, headers = {}, body = '' }: HttpAnswer): Shown {
  return { status, headers, body: body.toString() };
}

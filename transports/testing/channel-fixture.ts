import type { TransportEvent, UserMessage } from '@vumi/core';
import { ScriptedServer, type ScriptedAnswer } from '@vumi/http/testing';
import type { Transport, TransportType } from '../transport-type.ts';
import { MemoryPorts } from './memory-ports.ts';

export interface Call {
  readonly method?: string;
  /** With its question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What became of one message that a channel was to send. */
export interface Outcome {
  /** Bodies of the requests that it took; of JSON, the values. */
  readonly requests: readonly unknown[];
  readonly events: readonly TransportEvent[];
}

/** A channel over HTTP between a server that answers what a test says and a platform in memory. */
export class ChannelFixture implements AsyncDisposable {
  readonly ports = new MemoryPorts('chan');
  readonly server: ScriptedServer;
  #transport: Transport | null = null;

  private constructor(server: ScriptedServer) {
    this.server = server;
  }

  /** `config` gets the address of the server; `prepare` the server, before anything is asked of it. */
  static async start(
    type: TransportType,
    config: (url: string) => Readonly<Record<string, unknown>>,
    prepare: (server: ScriptedServer) => void = () => {},
  ): Promise<ChannelFixture> {
    const fixture = new ChannelFixture(await ScriptedServer.start());
    prepare(fixture.server);
    fixture.#transport = await type.start(config(fixture.server.url), fixture.ports);
    return fixture;
  }

  /** The network calls; with the status and the text that it is answered. */
  async call({ query = '', ...init }: Call): Promise<[number, string]> {
    const answer = await fetch(`${this.ports.http.url}${query}`, { method: 'POST', ...init });
    return [answer.status, await answer.text()];
  }

  /** The network calls, and what is published of it. */
  async brings(call: Call): Promise<readonly UserMessage[]> {
    const before = this.ports.inbound.length;
    const [status, text] = await this.call(call);
    if (status !== 200) throw new Error(`the call was answered ${status} ${text}`);
    return this.ports.inbound.slice(before);
  }

  /** The network calls, and what is reported of it. */
  async reports(call: Call): Promise<readonly TransportEvent[]> {
    const before = this.ports.events.length;
    const [status, text] = await this.call(call);
    if (status !== 200) throw new Error(`the call was answered ${status} ${text}`);
    return this.ports.events.slice(before);
  }

  /** The platform sends; the network gives these answers to the requests that it takes. */
  async sends(message: UserMessage, ...answers: readonly ScriptedAnswer[]): Promise<Outcome> {
    const [requests, events] = [this.server.requests.length, this.ports.events.length];
    this.server.next.push(...answers);
    await this.ports.send(message);
    return {
      requests: this.server.requests.slice(requests).map(({ body }) => JSON.parse(body) as unknown),
      events: this.ports.events.slice(events),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport?.[Symbol.asyncDispose]();
    await this.ports.http[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, SIGNATURE_HEADER } from '@vumi/core';
import { freePort } from '@vumi/machine/testing';
import type { AlertNotice } from '@vumi/store';

/** What a receiver does with a request: answers with a status, never answers, or cuts the connection. */
export type Behaviour = number | 'hang' | 'close';

/** A delivery as a receiver reads it (docs/http-api-for-sms.md). */
export interface ReceivedDelivery {
  readonly id: string;
  readonly event: string;
  readonly webhook: string;
  readonly user: string | null;
  readonly sequence: number | null;
  readonly message: { readonly message_id: string; readonly content: string | null } | null;
  readonly outcome: { readonly event_type: string } | null;
  readonly alert?: AlertNotice;
  /** Whether one of the known secrets signed it. */
  readonly signed: boolean;
  readonly headers: IncomingMessage['headers'];
  readonly behaviour: Behaviour;
}

/** Somebody's system that is told of messages, over real HTTP. */
export class WebhookReceiver implements AsyncDisposable {
  /** Every request, also those that it did not take. */
  readonly requests: ReceivedDelivery[] = [];
  secrets: readonly string[] = [];
  behave: (delivery: Omit<ReceivedDelivery, 'behaviour'>) => Behaviour = () => 200;
  readonly #server: Server;
  #open = 0;
  mostOpen = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(port?: number): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    const own = port ?? (await freePort());
    await new Promise<void>((resolve) => receiver.#server.listen(own, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Those that it has taken. */
  get taken(): readonly ReceivedDelivery[] {
    return this.requests.filter(({ behaviour }) => behaviour === 200);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const header = request.headers[SIGNATURE_HEADER]?.toString();
    const signed = this.secrets.some((secret) => isSigned(header, { body, secret, now: Date.now() }));
    const read = JSON.parse(body.toString()) as Omit<ReceivedDelivery, 'signed' | 'headers' | 'behaviour'>;
    const delivery = { ...read, signed, headers: request.headers };
    const behaviour = this.behave(delivery);
    this.requests.push({ ...delivery, behaviour });
    if (behaviour === 'hang') return;
    if (behaviour === 'close') return void request.socket.destroy();
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    setImmediate(() => {
      this.#open -= 1;
      response.writeHead(behaviour).end(behaviour === 200 ? 'thank you' : 'not now');
    });
  }
}

import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { freePort } from '@vumi/machine/testing';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `cut`: closes the connection without an answer; `cut_body`: in the middle of one; `never`: says nothing. */
export type ScriptedAnswer =
  | 'cut'
  | 'cut_body'
  | 'never'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Answers when it resolves. */
      readonly after?: Promise<void>;
      /** In place of a body: given the answer, whose headers are sent, to write to and to end. */
      readonly stream?: (response: ServerResponse) => void;
    };

/** An HTTP server that answers what it is told and remembers what it was asked. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** For the next requests, one each; then `answer` decides. */
  readonly next: ScriptedAnswer[] = [];
  answer: (request: SeenRequest) => ScriptedAnswer = () => ({ status: 200 });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Without a port on one that stays its own, for who closes it and starts another there. */
  static async start(port?: number): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.once('end', () => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const { method = 'GET', headers } = request;
        const seen = { method, headers, body, path: url.pathname, query: url.searchParams };
        scripted.requests.push(seen);
        void give(response, scripted.next.shift() ?? scripted.answer(seen));
      });
    });
    server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  /** Who wants to speak another protocol on his connection is handed over, and is to be hung up on before disposal. */
  onUpgrade(handle: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on('upgrade', handle);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Without a final slash. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function give(response: ServerResponse, answer: ScriptedAnswer): Promise<void> {
  if (answer === 'never') return;
  if (answer === 'cut') return void response.destroy();
  if (answer === 'cut_body') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
    return;
  }
  await answer.after;
  response.writeHead(answer.status, answer.headers);
  if (answer.stream === undefined) return void response.end(answer.body ?? '');
  response.flushHeaders();
  answer.stream(response);
}

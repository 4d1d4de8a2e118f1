import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText } from '@vumi/core';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const LONGEST_BODY = 10_000;
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
};

/** What a page asks for that is no fault of this program. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Body = Readonly<Record<string, unknown>>;

export interface LocalPageOptions {
  /** Its files; the first is the page itself. */
  readonly files: readonly [URL, ...URL[]];
  /** Those who follow have what comes; called for each of them. */
  readonly onFollower: (follower: Follower) => void;
  /** What may be posted, by its path. The answer is JSON. */
  readonly posts?: Readonly<Record<string, (body: Body) => Promise<unknown>>>;
}

/** A page that is open. */
export interface Follower {
  send(event: string, data: unknown): void;
  onEnd(end: () => void): void;
}

/**
 * A page of this program in a browser of this machine. Its address is a secret, and it answers only under the name of this
 * machine: pages of others, which a browser may also have open, can do nothing by it.
 */
export class LocalPage implements AsyncDisposable {
  readonly #options: LocalPageOptions;
  readonly #server: Server;
  readonly #key = randomBytes(9).toString('base64url');

  private constructor(options: LocalPageOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(options: LocalPageOptions): Promise<LocalPage> {
    const page = new LocalPage(options);
    page.#server.listen(0, '127.0.0.1');
    await once(page.#server, 'listening');
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/${this.#key}/`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const status = error instanceof Refused ? error.status : 502;
      sendJson(response, status, { message: errorText(error) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method, url = '' } = request;
    const names = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    const start = `/${this.#key}/`;
    if (!names.includes(headers.host ?? '') || !url.startsWith(start))
      throw new Refused(404, 'there is nothing here: take the address that the command has printed');
    const path = url.slice(start.length);
    if (method === 'POST') return sendJson(response, 200, await this.#post(path, request));
    if (method === 'GET' && path === 'events') return this.#options.onFollower(followerOf(response));
    sendFile(response, this.#file(method === 'GET' ? path : null));
  }

  async #post(path: string, request: IncomingMessage): Promise<unknown> {
    const take = Object.entries(this.#options.posts ?? {}).find(([name]) => name === path)?.[1];
    if (take === undefined) throw new Refused(404, 'there is nothing here');
    return take(await bodyOf(request));
  }

  #file(path: string | null): URL {
    const { files } = this.#options;
    const file = path === '' ? files[0] : files.find((one) => nameOf(one) === path);
    if (file === undefined) throw new Refused(404, 'there is nothing here');
    return file;
  }
}

function nameOf(file: URL): string {
  return file.pathname.slice(file.pathname.lastIndexOf('/') + 1);
}

/** Server-sent events. */
function followerOf(response: ServerResponse): Follower {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  return {
    send: (event, data) => void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    onEnd: (end) => void response.on('close', end),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Refused(413, 'that is too long');
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Body;
  } catch {
    // Said below.
  }
  throw new Refused(400, 'that is no JSON');
}

function sendFile(response: ServerResponse, file: URL): void {
  const name = nameOf(file);
  response.writeHead(200, {
    'Content-Type': `${TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain'}; charset=utf-8`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  response.end(readFileSync(file));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText } from '@vumi/core';
import { previewText } from '@vumi/core/text';
import { openPhone, textsTo, type Phone } from '../phone.ts';
import type { Session } from '../session.ts';
import { openUssdPhone, type UssdPhone } from '../ussd-phone.ts';
import { NUMBERS } from './dev-app.ts';
import type { View } from './view.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
type PageFile = readonly [file: string, type: string];
const FILES: Readonly<Record<string, PageFile>> = {
  'GET ': ['phone.html', 'text/html'],
  'GET phone.css': ['phone.css', 'text/css'],
  'GET phone.js': ['phone.js', 'text/javascript'],
};
const NUMBER = /^\+?\d{3,15}$/;
const LONGEST_BODY = 10_000;
/** Numbers that one page may write from. */
const MOST_PHONES = 20;

interface BrowserPhoneOptions {
  readonly session: Session;
  readonly view: View;
  /** The number that the page has at first. */
  readonly from: string;
  readonly signal: AbortSignal;
}

/** What a page asks for that is no fault of this program. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * A phone in the browser, beside the one in the terminal, with the same log. Its address is a secret, and it answers only
 * under the name of this machine: pages of others, which a browser may also have open, can write nothing by it.
 */
export class BrowserPhone implements AsyncDisposable {
  readonly #options: BrowserPhoneOptions;
  readonly #server: Server;
  readonly #key = randomBytes(9).toString('base64url');
  readonly #pages = new Set<ServerResponse>();
  readonly #phones = new Map<string, Promise<Phone>>();
  readonly #sessions = new Map<string, UssdPhone>();

  private constructor(options: BrowserPhoneOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(options: BrowserPhoneOptions): Promise<BrowserPhone> {
    const phone = new BrowserPhone(options);
    phone.#server.listen(0, '127.0.0.1');
    await once(phone.#server, 'listening');
    return phone;
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
    const { headers, url = '' } = request;
    const names = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    const start = `/${this.#key}/`;
    if (!names.includes(headers.host ?? '') || !url.startsWith(start))
      throw new Refused(404, 'there is nothing here: take the address that "vumi dev" has printed');
    const asked = `${request.method} ${url.slice(start.length)}`;
    if (asked === 'GET events') return this.#follow(response);
    if (asked === 'POST sms') return this.#write(response, await bodyOf(request));
    if (asked === 'POST ussd') return this.#type(response, await bodyOf(request));
    const found = FILES[asked];
    if (found === undefined) throw new Refused(404, 'there is nothing here');
    sendFile(response, found);
  }

  /** Server-sent events: `hello` with the numbers, then `line` and `sms` as they come. */
  #follow(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const { from, view } = this.#options;
    sendEvent(response, 'hello', { from, numbers: NUMBERS });
    const end = view.follow((line) => sendEvent(response, 'line', line));
    this.#pages.add(response);
    // What an app sends by itself comes, too; what goes wrong is said to who writes.
    this.#phoneOf(from).catch(() => {});
    response.on('close', () => {
      end();
      this.#pages.delete(response);
    });
  }

  async #write(response: ServerResponse, body: Readonly<Record<string, unknown>>): Promise<void> {
    const text = textIn(body, 'text');
    if (text.trim() === '') throw new Refused(400, 'write a text first');
    const phone = await this.#phoneOf(numberIn(body));
    await phone.write(text);
    sendJson(response, 200, {});
  }

  async #type(response: ServerResponse, body: Readonly<Record<string, unknown>>): Promise<void> {
    const from = numberIn(body);
    const to = textIn(body, 'dial');
    const open = to === '' ? this.#sessions.get(from) : null;
    if (open === undefined) throw new Refused(409, 'no session is open: dial first');
    const phone = open ?? openUssdPhone(this.#options.session, 'ussd', { from, to });
    const { text, ends } = await (open === null ? phone.dial() : phone.answer(textIn(body, 'input')));
    if (ends) this.#sessions.delete(from);
    else this.#sessions.set(from, phone);
    sendJson(response, 200, { ...measured(text), ends });
  }

  /** The phone of a number, which shows what comes to it on all pages. */
  #phoneOf(from: string): Promise<Phone> {
    const known = this.#phones.get(from);
    if (known !== undefined) return known;
    if (this.#phones.size >= MOST_PHONES)
      throw new Refused(429, `a page writes from ${MOST_PHONES} numbers at most: start "vumi dev" again`);
    const { session } = this.#options;
    const opened = openPhone(session, from, NUMBERS.sms);
    this.#phones.set(from, opened);
    opened.then(
      (phone) => void this.#show(from, phone),
      () => this.#phones.delete(from),
    );
    return opened;
  }

  async #show(from: string, phone: Phone): Promise<void> {
    for await (const { content } of textsTo(phone, this.#options.signal))
      for (const page of this.#pages) sendEvent(page, 'sms', { from, ...measured(content) });
  }
}

/** A text, and what it takes to send it. */
function measured(text: string): {
  readonly text: string;
  readonly units: number;
  readonly segments: number;
} {
  const { units, segments } = previewText(text);
  return { text, units, segments: segments.length };
}

function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const { [name]: text } = body;
  return typeof text === 'string' ? text : '';
}

function numberIn({ from }: Readonly<Record<string, unknown>>): string {
  if (typeof from === 'string' && NUMBER.test(from)) return from;
  throw new Refused(400, 'a number has 3 to 15 digits, such as +27761234567');
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Refused(413, 'that is too long');
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new Refused(400, 'that is no JSON');
}

function sendFile(response: ServerResponse, [file, type]: PageFile): void {
  response.writeHead(200, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  response.end(readFileSync(new URL(`phone-page/${file}`, import.meta.url)));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

function sendEvent(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

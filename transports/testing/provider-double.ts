import { ScriptedServer, type ScriptedAnswer, type SeenRequest } from '@vumi/http/testing';
import type {
  BadRequest,
  DoublePlace,
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  UserText,
} from './transport-double.ts';

/** All secrets of a double: none may show anywhere. */
export const SECRET = 'pearl-under-the-sea';
/** As the place of the contract is known to the world: a provider signs that. */
const PUBLIC_URL = 'https://vumi.example';
const BASIC = `Basic ${Buffer.from(`net:${SECRET}`).toString('base64')}`;

/** A request to the transport. Fields are a form unless `json` or `xml` says otherwise. */
export interface ProviderCall {
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly json?: (fields: Readonly<Record<string, unknown>>) => unknown;
  readonly xml?: (fields: Readonly<Record<string, unknown>>) => string;
}

export type State = 'pending' | 'delivered' | 'failed';

/** What a provider's protocol looks like from its side. */
export interface ProviderDialect {
  /** Options with which the transport reaches it at a URL. */
  config(url: string): Readonly<Record<string, unknown>>;
  /** A message of somebody; `id` is unique unless the test names one. */
  bring(text: UserText, id: string): ProviderCall;
  readonly required: readonly string[];
  /** A text that is hard to bring. Absent: one with a NUL in it, which XML has no way to say. */
  readonly oddText?: string;
  /** What it reads of a request, or null for one that it would not take. */
  readSent(request: SeenRequest): Omit<Got, 'at'> | null;
  /** What it answers to a message that it takes under an id. */
  accept(id: string): unknown;
  /** Absent: 200. */
  readonly acceptStatus?: number;
  /** And in headers. */
  acceptHeaders?(id: string): Record<string, string>;
  /** Absent: it tells nothing of messages. `sent` is the request. */
  report?(id: string, state: State, sent: SeenRequest | undefined): ProviderCall;
  /** What a nack says of what it refused with a text. Absent: the status and the text. */
  readonly refusal?: (text: string) => string;
  /** Where it gives tokens. */
  readonly tokenPath?: string;
  /** How it proves itself, in headers; absent: by Basic. */
  sign?(url: string, body: Buffer, call: ProviderCall): Record<string, string>;
  /** Where it is told where we are. */
  readonly announcedAt?: string;
  /** Whose id receipts call a message by; absent: the provider's. */
  ourId?(request: SeenRequest): string;
}

interface Changes {
  readonly without?: string;
  readonly signature?: 'none' | 'wrong';
  readonly method?: string;
  readonly body?: Buffer<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
}

/** A provider of SMS that refuses what the real one would, answers as a test says and calls back. */
export class ProviderDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly got: (Got & { readonly id: string })[] = [];
  readonly replies = 'as messages';
  readonly impatient = { outbound_timeout: 0.2 };
  readonly words: TransportDouble['words'];
  readonly oddText: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #place: DoublePlace;
  readonly #dialect: ProviderDialect;
  readonly #turns: NetworkTurn[] = [];
  readonly #seen: SeenRequest[] = [];
  readonly #port: number;
  #server: ScriptedServer;
  #count = 0;
  #refusing = false;

  private constructor(place: DoublePlace, dialect: ProviderDialect, server: ScriptedServer) {
    this.#place = place;
    this.#dialect = dialect;
    this.#server = server;
    this.#port = server.port;
    this.words = { away: 'not_connected', refusal: dialect.refusal ?? ((text) => `422: ${text}`) };
    this.oddText = dialect.oddText ?? 'Héllo 😀 שלום \u202e\0 100% a+b&c=d';
    const basic = dialect.sign === undefined ? { web_username: 'net', web_password: SECRET } : {};
    this.config = { ...basic, ...dialect.config(server.url), allow_private: true };
    server.answer = (seen) => this.#answer(seen);
  }

  static async open(place: DoublePlace, dialect: ProviderDialect): Promise<ProviderDouble> {
    return new ProviderDouble(place, dialect, await ScriptedServer.start());
  }

  async bring(text: UserText, signal?: AbortSignal): Promise<Told> {
    this.#count += 1;
    const call = this.#dialect.bring(text, text.id ?? `in${this.#count}`);
    const said = await this.#call(call, { signal });
    if (said.startsWith('2')) return { kind: 'taken', text: said };
    return { kind: said.startsWith('503') ? 'later' : 'refused', text: said };
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  async away(): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async back(): Promise<void> {
    this.#server = await ScriptedServer.start(this.#port);
    this.#server.answer = (seen) => this.#answer(seen);
  }

  async report(of: { readonly nth: number } | { readonly id: string }, state: State): Promise<void> {
    const id = 'id' in of ? of.id : (this.got[of.nth - 1]?.id ?? '');
    const sent = 'id' in of ? undefined : this.#seen[of.nth - 1];
    const call = this.#dialect.report?.(id, state, sent);
    if (call === undefined) throw new Error('this provider tells nothing of messages');
    const said = await this.#call(call);
    const isForeign = 'id' in of && said.startsWith('403');
    if (!said.startsWith('200') && !isForeign) throw new Error(`a receipt was answered ${said}`);
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const call = this.#dialect.bring({ from: 'U', to: '8000', content: 'hi' }, 'bad');
    const send = (changes: Changes) => this.#call(call, changes);
    return {
      4: [
        { label: 'no proof', answer: '401', send: () => send({ signature: 'none' }) },
        { label: 'a wrong proof', answer: '401', send: () => send({ signature: 'wrong' }) },
      ],
      7: this.#dialect.required.map((name) => ({
        label: `without ${name}`,
        answer: `400 {"missing_parameter":["${name}"]}`,
        send: () => send({ without: name }),
      })),
      8: [{ label: 'no UTF-8', answer: '400', send: () => send({ body: Buffer.from([0x61, 0x3d, 0xff]) }) }],
      10: [
        { label: 'too long', answer: '413', send: () => send({ body: Buffer.alloc(1_048_577, 'a') }) },
        { label: 'a wrong method', answer: '405', send: () => send({ method: 'DELETE' }) },
      ],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }

  async #call(call: ProviderCall, changes: Changes = {}): Promise<string> {
    const fields = { ...call.fields };
    if (changes.without !== undefined) delete fields[changes.without];
    const { type, text } = writtenCall(call, fields);
    const body = changes.body ?? Buffer.from(text);
    const url = `${this.#place.url}${call.path}`;
    const known = PUBLIC_URL + new URL(url).pathname + new URL(url).search;
    const proof = this.#proof(known, body, { call, changes });
    const headers = { 'content-type': type, ...proof };
    const answer = await fetch(url, {
      method: changes.method ?? 'POST',
      headers,
      body,
      signal: changes.signal ?? null,
    });
    return `${answer.status} ${await answer.text()}`;
  }

  #proof(
    url: string,
    body: Buffer,
    { call, changes }: { call: ProviderCall; changes: Changes },
  ): Record<string, string> {
    if (changes.signature === 'none') return {};
    const proof = this.#dialect.sign?.(url, body, call) ?? { authorization: BASIC };
    if (changes.signature !== 'wrong') return proof;
    return Object.fromEntries(Object.entries(proof).map(([name, value]) => [name, `${value}x`]));
  }

  #answer(seen: SeenRequest): ScriptedAnswer {
    if (seen.path === this.#dialect.tokenPath)
      return { status: 200, body: JSON.stringify({ access_token: SECRET, expires_in: 3600 }) };
    if (seen.path === this.#dialect.announcedAt) return { status: 200 };
    const sent = this.#dialect.readSent(seen);
    if (sent === null) return { status: 418, body: 'the double does not know such a request' };
    const turn = this.#turns.shift() ?? 'accept';
    const given = `out${this.got.length + 1}`;
    this.got.push({ ...sent, id: this.#dialect.ourId?.(seen) ?? given, at: performance.now() });
    this.#seen.push(seen);
    // With a token it is tried once more, with a new one.
    if (turn === 'unauthorized' && this.#dialect.tokenPath !== undefined && !this.#refusing) {
      this.#turns.unshift('unauthorized');
      this.#refusing = true;
    } else this.#refusing = false;
    return this.#answerOf(turn, given);
  }

  #answerOf(turn: NetworkTurn, id: string): ScriptedAnswer {
    switch (turn) {
      case 'accept':
        return {
          status: this.#dialect.acceptStatus ?? 200,
          body: bodyOf(this.#dialect.accept(id)),
          headers: this.#dialect.acceptHeaders?.(id) ?? {},
        };
      case 'never answer':
        return 'never';
      case 'cut':
        return 'cut';
      case 'unauthorized':
        return { status: 401 };
      case 'redirect':
        return { status: 307, headers: { location: '/in' } };
      default:
        if ('refuse' in turn) return { status: 422, body: turn.refuse };
        return { status: 429, headers: { 'retry-after': String(turn.laterMs / 1000) } };
    }
  }
}

function bodyOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function writtenCall(
  { json, xml }: ProviderCall,
  fields: Readonly<Record<string, unknown>>,
): { readonly type: string; readonly text: string } {
  if (xml !== undefined) return { type: 'text/xml; charset=utf-8', text: xml(fields) };
  if (json !== undefined) return { type: 'application/json', text: JSON.stringify(json(fields)) };
  return { type: 'application/x-www-form-urlencoded', text: formOf(fields) };
}

function formOf(fields: Readonly<Record<string, unknown>>): string {
  return new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

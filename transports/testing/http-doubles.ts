import { ScriptedServer, type ScriptedAnswer, type SeenRequest } from '@vumi/http/testing';
import type {
  BadRequest,
  DoublePlace,
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';
import { casesOf } from './quiet-double.ts';

const SECRET = 'pearl-under-the-sea';
const BASIC = `Basic ${Buffer.from(`net:${SECRET}`).toString('base64')}`;

interface Dialect {
  /** Fields of a request that is a message. */
  fields(text: UserText): readonly (readonly [string, string])[];
  readonly replies: TransportDouble['replies'];
  /** How the request carries them. */
  readonly body: 'form' | 'text';
  readonly config: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  /** Unknown fields are errors. */
  readonly strict: boolean;
}

interface Called {
  readonly status: number;
  readonly text: string;
}

/** A program that calls the transport, and where messages are pushed a server that it calls. */
class HttpDouble implements TransportDouble {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secret = SECRET;
  readonly got: (Got & { readonly id: string })[] = [];
  readonly replies: TransportDouble['replies'];
  readonly impatient = { outbound_timeout: 0.2 };
  readonly words = { away: 'not_connected', refusal: (text: string) => `422: ${text}` };
  readonly oddText = 'Héllo 😀 שלום \u202e\0 100% a+b&c=d';
  readonly #turns: NetworkTurn[] = [];
  readonly #place: DoublePlace;
  readonly #dialect: Dialect;
  #server: ScriptedServer;
  readonly #port: number;

  private constructor(place: DoublePlace, dialect: Dialect, server: ScriptedServer) {
    this.#place = place;
    this.#dialect = dialect;
    this.#server = server;
    this.#port = server.port;
    const caller = { web_username: 'net', web_password: SECRET };
    const pushes = 'allow_private' in dialect.config ? { outbound_url: `${server.url}/in` } : {};
    this.replies = dialect.replies;
    this.config = { ...caller, ...dialect.config, ...pushes };
    server.answer = (seen) => this.#answer(seen);
  }

  static async open(place: DoublePlace, dialect: Dialect): Promise<HttpDouble> {
    return new HttpDouble(place, dialect, await ScriptedServer.start());
  }

  async bring(text: UserText, signal?: AbortSignal): Promise<Told> {
    const { status, text: said } = await this.#call(this.#dialect.fields(text), { id: text.id, signal });
    if (status === 200) return { kind: 'taken', text: said };
    return { kind: status === 503 || status === 504 ? 'later' : 'refused', text: `${status} ${said}` };
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

  async report(of: { readonly nth: number } | { readonly id: string }, state: string): Promise<void> {
    const id = 'id' in of ? of.id : (this.got[of.nth - 1]?.id ?? '');
    const body = new URLSearchParams({ message_id: id, delivery_status: state });
    const headers = { authorization: BASIC };
    const { status } = await fetch(`${this.#place.url}/receipts`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`a receipt was answered ${status}`);
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const fields = this.#dialect.fields({ from: 'U', to: '8000', content: 'hi' });
    const send = async (changes: Changes & { fields?: typeof fields }): Promise<string> => {
      const { status, text } = await this.#call(changes.fields ?? fields, changes);
      return `${status} ${text}`;
    };
    return {
      4: [
        { label: 'no password', answer: '401', send: () => send({ authorization: '' }) },
        { label: 'a wrong password', answer: '401', send: () => send({ authorization: `${BASIC}x` }) },
        { label: 'another scheme', answer: '401', send: () => send({ authorization: `Bearer ${SECRET}` }) },
      ],
      6: this.#dialect.strict
        ? [
            {
              label: 'an unknown field',
              answer: '400 {"unexpected_parameter":["x"]}',
              send: () => send({ fields: [...fields, ['x', '1']] }),
            },
          ]
        : [],
      7: this.#dialect.required.map((name) => ({
        label: `without ${name}`,
        answer: `400 {"missing_parameter":["${name}"]}`,
        send: () => send({ fields: fields.filter(([field]) => field !== name) }),
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

  async #call(fields: readonly (readonly [string, string])[], changes: Changes = {}): Promise<Called> {
    const { id, authorization = BASIC, signal, method = 'POST' } = changes;
    const isText = this.#dialect.body === 'text';
    const form = new URLSearchParams(
      fields.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    const type = isText ? 'text/plain' : 'application/x-www-form-urlencoded';
    const answer = await fetch(this.#place.url, {
      method,
      headers: {
        'content-type': type,
        ...(authorization === '' ? {} : { authorization }),
        ...(id === undefined ? {} : { 'idempotency-key': id }),
      },
      body: changes.body ?? (isText ? (fields[0]?.[1] ?? '') : form),
      signal: signal ?? null,
    });
    return { status: answer.status, text: await answer.text() };
  }

  #answer({ body, path, headers }: SeenRequest): ScriptedAnswer {
    if (path !== '/in' || headers['content-type'] !== 'application/json') return { status: 418 };
    const { message_id: id, to_addr: to, content } = JSON.parse(body) as Record<string, string>;
    this.got.push({ id: id ?? '', to: to ?? '', content: content ?? '', at: performance.now() });
    return answerOf(this.#turns.shift() ?? 'accept');
  }
}

interface Changes {
  readonly id?: string | undefined;
  readonly authorization?: string;
  readonly signal?: AbortSignal | undefined;
  readonly method?: string;
  readonly body?: Buffer<ArrayBuffer>;
}

function answerOf(turn: NetworkTurn): ScriptedAnswer {
  switch (turn) {
    case 'accept':
      return { status: 200 };
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

const api: Dialect = {
  fields: ({ from, to, content }) => [
    ['content', content],
    ['to_addr', to],
    ['from_addr', from],
  ],
  body: 'form',
  replies: 'in the response',
  config: {},
  required: ['content', 'to_addr', 'from_addr'],
  strict: true,
};
const old: Dialect = {
  fields: ({ from, to, content }) => [
    ['message', content],
    ['to_msisdn', to],
    ['from_msisdn', from],
  ],
  body: 'form',
  replies: 'never',
  config: {},
  required: ['message', 'to_msisdn', 'from_msisdn'],
  strict: false,
};

const NO_SIGNATURE = { 5: 'callers sign nothing; that a body comes as it was is a test of the hub' };
const NO_BATCH = { 11: 'a request is one message' };
const NO_SESSIONS = { 14: 'it has no sessions of its own: the app says what one is' };
const NO_LIMITS = { 27: 'it has no limits of length and characters' };
const NO_ERROR_IN_200 = { 25: 'an answer of 200 means that it is taken' };
const NOT_HELD = casesOf([12, 13, 15, 16, 17, 18], 'no request waits for a reply');
const NOT_SENT = casesOf([19, 20, 21, 22, 23, 24, 25, 26, 28], 'it sends nothing but responses');
const NO_IDS = { 2: 'callers give no ids', 15: 'callers give no ids, so that nobody repeats himself' };
const ALL_HTTP = { ...NO_SIGNATURE, ...NO_BATCH, ...NO_SESSIONS, ...NO_LIMITS };

function setUp(
  type: string,
  label: string,
  { dialect, notApplicable }: { dialect: Dialect; notApplicable: Record<number, string> },
): TransportSetUp {
  return {
    type,
    label,
    open: (place) => HttpDouble.open(place, dialect),
    notApplicable: { ...ALL_HTTP, ...notApplicable },
  };
}

export const HTTP_SET_UPS: readonly TransportSetUp[] = [
  setUp('http_api', 'held', {
    dialect: { ...api, config: { reply_expected: true } },
    notApplicable: { ...NOT_SENT, 2: 'the same request is answered with the same reply: case 15' },
  }),
  setUp('http_api', 'pushing', {
    dialect: { ...api, replies: 'as messages', config: { allow_private: true } },
    notApplicable: { ...NOT_HELD, ...NO_ERROR_IN_200 },
  }),
  setUp('http_rpc', 'held', {
    dialect: {
      ...api,
      fields: ({ content }) => [['content', content]],
      body: 'text',
      required: [],
      strict: false,
    },
    notApplicable: {
      ...NOT_SENT,
      ...NO_IDS,
      6: 'any body is a message',
      7: 'any body is a message',
      9: 'addresses are options',
    },
  }),
  setUp('old_simple_http', 'simple', {
    dialect: old,
    notApplicable: {
      ...NOT_HELD,
      ...NOT_SENT,
      ...NO_IDS,
      6: 'unknown fields are passed over',
      33: 'replies go nowhere',
      34: 'replies go nowhere',
    },
  }),
  setUp('old_template_http', 'template', {
    dialect: {
      ...old,
      fields: ({ from, to, content }) => [
        ['template', '{{ text }}'],
        ['template_text', content],
        ['to_msisdn', to],
        ['from_msisdn', from],
      ],
      required: ['template', 'to_msisdn', 'from_msisdn'],
    },
    notApplicable: {
      ...NOT_HELD,
      ...NOT_SENT,
      ...NO_IDS,
      6: 'unknown fields are passed over',
      33: 'replies go nowhere',
      34: 'replies go nowhere',
    },
  }),
];

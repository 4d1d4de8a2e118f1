import { createHmac } from 'node:crypto';
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
const FORM = 'application/x-www-form-urlencoded';

type Headers = Readonly<Record<string, string>>;
type State = 'pending' | 'delivered' | 'failed';

/** How a chat network calls, and is called. */
interface ChatDialect {
  config(url: string): Readonly<Record<string, unknown>>;
  /** The call that brings a text. */
  update(text: UserText & { readonly id: string }): object;
  /** What proves a call. */
  prove(body: string): Headers;
  /** A proof that is none. */
  readonly forged: Headers;
  /** The path and headers that each message must come by. */
  readonly path: string;
  readonly headers: Headers;
  /** It takes forms in place of JSON, too. */
  readonly takesForms?: true;
  /** Where it is told how to find the channel. */
  readonly announcedAt?: string;
  /** Null: the network does not take such a body. */
  read(body: Readonly<Record<string, unknown>>): Pick<Got, 'to' | 'content'> | null;
  accepted(id: string): object;
  failed(error: { readonly status: number; readonly text: string }): object;
  receipt?(id: string, state: State): object;
  readonly refusal: (text: string) => string;
}

/** A chat network: it signs what it brings, and takes only what is written as it wants it. */
class ChatDouble implements TransportDouble {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secret = SECRET;
  readonly got: (Got & { readonly id: string })[] = [];
  readonly replies = 'as messages';
  readonly impatient = { outbound_timeout: 0.2 };
  readonly words: TransportDouble['words'];
  readonly oddText = 'Héllo 😀 שלום \u202e\0 100% a+b&c=d';
  readonly #turns: NetworkTurn[] = [];
  readonly #place: DoublePlace;
  readonly #dialect: ChatDialect;
  readonly #port: number;
  #server: ScriptedServer;
  #brought = 0;

  private constructor(place: DoublePlace, dialect: ChatDialect, server: ScriptedServer) {
    this.#place = place;
    this.#dialect = dialect;
    this.#server = server;
    this.#port = server.port;
    this.words = { away: 'not_connected', refusal: dialect.refusal };
    this.config = { allow_private: true, mt_tps: 0, max_in_flight: 100, ...dialect.config(server.url) };
    server.answer = (seen) => this.#answer(seen);
  }

  static async open(place: DoublePlace, dialect: ChatDialect): Promise<ChatDouble> {
    return new ChatDouble(place, dialect, await ScriptedServer.start());
  }

  async bring(text: UserText, signal?: AbortSignal): Promise<Told> {
    this.#brought += 1;
    const update = this.#dialect.update({ ...text, id: text.id ?? String(this.#brought) });
    const { status, text: said } = await this.#call(JSON.stringify(update), { signal });
    if (status === 200) return { kind: 'taken', text: said };
    return { kind: status === 503 ? 'later' : 'refused', text: `${status} ${said}` };
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
    const receipt = this.#dialect.receipt?.(id, state);
    if (receipt === undefined) throw new Error('the network has no receipts');
    const { status } = await this.#call(JSON.stringify(receipt));
    if (status !== 200) throw new Error(`a receipt was answered ${status}`);
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const body = JSON.stringify(this.#dialect.update({ from: '1', to: '8000', content: 'hi', id: '1' }));
    const send = async (text: string, changes: Changes = {}): Promise<string> => {
      const { status, text: said } = await this.#call(text, changes);
      return `${status} ${said}`;
    };
    const { forged } = this.#dialect;
    return {
      4: [
        { label: 'nothing proves it', answer: '401', send: () => send(body, { proof: {} }) },
        { label: 'a forged proof', answer: '401', send: () => send(body, { proof: forged }) },
      ],
      8: [{ label: 'no JSON', answer: '400', send: () => send('{') }],
      10: [
        { label: 'too long', answer: '413', send: () => send('a'.repeat(1_048_577)) },
        { label: 'a wrong method', answer: '405', send: () => send(body, { method: 'DELETE' }) },
      ],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }

  async #call(
    body: string,
    changes: Changes = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { proof = this.#dialect.prove(body), signal, method = 'POST' } = changes;
    const headers = { 'content-type': 'application/json', ...proof };
    const answer = await fetch(this.#place.url, { method, headers, body, signal: signal ?? null });
    return { status: answer.status, text: await answer.text() };
  }

  #answer({ path, headers, body }: SeenRequest): ScriptedAnswer {
    const dialect = this.#dialect;
    if (path === dialect.announcedAt) return { status: 200, body: '{"ok":true,"result":true}' };
    const isForm = dialect.takesForms === true && headers['content-type']?.startsWith(FORM) === true;
    const isRight = Object.entries(dialect.headers).every(
      ([name, value]) => headers[name] === value || (isForm && name === 'content-type'),
    );
    const fields: unknown = isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    const read = dialect.read(fields as Readonly<Record<string, unknown>>);
    if (path !== dialect.path || !isRight || read === null) return { status: 418 };
    const id = `remote-${this.got.length + 1}`;
    this.got.push({ ...read, id, at: performance.now() });
    return this.#turn(this.#turns.shift() ?? 'accept', id);
  }

  #turn(turn: NetworkTurn, id: string): ScriptedAnswer {
    const dialect = this.#dialect;
    const fail = (status: number, text: string, headers: Headers = {}): ScriptedAnswer => ({
      status,
      headers,
      body: JSON.stringify(dialect.failed({ status, text })),
    });
    switch (turn) {
      case 'accept':
        return { status: 200, body: JSON.stringify(dialect.accepted(id)) };
      case 'never answer':
        return 'never';
      case 'cut':
        return 'cut';
      case 'unauthorized':
        return fail(401, 'who are you');
      case 'redirect':
        return { status: 307, headers: { location: '/elsewhere' } };
      default:
        if ('refuse' in turn) return fail(400, turn.refuse);
        return fail(429, 'slowly', { 'retry-after': String(turn.laterMs / 1000) });
    }
  }
}

interface Changes {
  readonly proof?: Headers;
  readonly signal?: AbortSignal | undefined;
  readonly method?: string;
}

const META_CODES: Readonly<Record<number, number>> = { 400: 100, 401: 190, 429: 130_429 };
const bearer = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
const meta = {
  prove: (body: string) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  }),
  forged: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
  headers: bearer,
  failed: ({ status, text }: { readonly status: number; readonly text: string }) => ({
    error: { code: META_CODES[status], message: text },
  }),
  refusal: (text: string) => `100: ${text}`,
};

const NUMBER_ID = '1234567890';

const whatsapp: ChatDialect = {
  ...meta,
  config: (base_url) => ({
    phone_number_id: NUMBER_ID,
    access_token: SECRET,
    app_secret: SECRET,
    verify_token: 'words',
    base_url,
  }),
  update: ({ from, to, content, id }) =>
    whatsappCall({
      to,
      messages: [{ from: from.replace('+', ''), id, type: 'text', text: { body: content } }],
    }),
  path: `/v25.0/${NUMBER_ID}/messages`,
  read: ({ messaging_product, to, type, text }) =>
    messaging_product === 'whatsapp' && type === 'text' && typeof to === 'string' && /^\d+$/.test(to)
      ? { to, content: (text as { body: string }).body }
      : null,
  accepted: (id) => ({ messaging_product: 'whatsapp', messages: [{ id }] }),
  receipt: (id, state) =>
    whatsappCall({ to: '8000', statuses: [{ id, status: state === 'pending' ? 'sent' : state }] }),
};

function whatsappCall({ to, ...value }: { readonly to: string; readonly [part: string]: unknown }): object {
  const metadata = { display_phone_number: to, phone_number_id: NUMBER_ID };
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
  return { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [change] }] };
}

const messenger: ChatDialect = {
  ...meta,
  config: (base_url) => ({
    page_id: '8000',
    page_token: SECRET,
    app_secret: SECRET,
    verify_token: 'words',
    base_url,
  }),
  update: ({ from, to, content, id }) => ({
    object: 'page',
    entry: [
      {
        id: to,
        messaging: [
          { sender: { id: from }, recipient: { id: to }, timestamp: 1, message: { mid: id, text: content } },
        ],
      },
    ],
  }),
  path: '/v25.0/me/messages',
  read: ({ messaging_type, recipient, message }) =>
    messaging_type === 'RESPONSE' || messaging_type === 'UPDATE'
      ? { to: (recipient as { id: string }).id, content: (message as { text: string }).text }
      : null,
  accepted: (id) => ({ recipient_id: '1', message_id: id }),
};

const BOT = `123456:${SECRET}`;

const telegram: ChatDialect = {
  config: (base_url) => ({ token: BOT, username: '@a_bot', secret_token: SECRET, base_url }),
  update: ({ from, content, id }) => ({
    update_id: id,
    message: {
      message_id: 1,
      date: 1,
      chat: { id: from, type: 'private' },
      from: { id: from },
      text: content,
    },
  }),
  prove: () => ({ 'x-telegram-bot-api-secret-token': SECRET }),
  forged: { 'x-telegram-bot-api-secret-token': 'another' },
  path: `/bot${BOT}/sendMessage`,
  announcedAt: `/bot${BOT}/setWebhook`,
  headers: { 'content-type': 'application/json' },
  read: ({ chat_id, text }) =>
    typeof chat_id === 'string' && typeof text === 'string' && text !== ''
      ? { to: chat_id, content: text }
      : null,
  accepted: (id) => ({ ok: true, result: { message_id: id } }),
  failed: ({ status, text }) => ({ ok: false, error_code: status, description: text }),
  refusal: (text) => `400: ${text}`,
};

const slack: ChatDialect = {
  config: (base_url) => ({ bot_token: SECRET, signing_secret: SECRET, base_url }),
  update: ({ from, to, content, id }) => ({
    type: 'event_callback',
    event_id: id,
    authorizations: [{ user_id: to }],
    event: { type: 'message', channel_type: 'im', channel: from, user: from, ts: '1.1', text: content },
  }),
  prove: (body) => {
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', SECRET).update(`v0:${at}:${body}`).digest('hex');
    return { 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${signature}` };
  },
  forged: { 'x-slack-request-timestamp': '1700000000', 'x-slack-signature': `v0=${'0'.repeat(64)}` },
  path: '/api/chat.postMessage',
  headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json; charset=utf-8' },
  takesForms: true,
  read: ({ channel, text }) =>
    typeof channel === 'string' && typeof text === 'string' ? { to: channel, content: text } : null,
  accepted: (id) => ({ ok: true, ts: id }),
  failed: ({ status, text }) => ({ ok: false, error: status === 401 ? 'invalid_auth' : text }),
  refusal: (text) => `400: {"ok":false,"error":"${text}"}`,
};

const NOT_HELD = casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply');
const ALL_CHAT = {
  ...NOT_HELD,
  5: 'a golden of the dialect: the signature is over the octets of the body',
  6: 'what the network adds is passed over',
  7: 'what is not whole is passed over: the rest of the batch counts',
  11: 'a golden of the dialect',
  25: 'each error has a status of its own',
  27: 'a golden of the dialect: long texts are split',
};

function setUp(type: string, dialect: ChatDialect, notApplicable: Record<number, string>): TransportSetUp {
  return {
    type,
    label: 'chat',
    open: (place) => ChatDouble.open(place, dialect),
    notApplicable: { ...ALL_CHAT, ...notApplicable },
  };
}

const ONLY_DELIVERED = { 26: 'it tells only what was delivered: a golden of the dialect' };

export const CHAT_SET_UPS: readonly TransportSetUp[] = [
  setUp('whatsapp_cloud', whatsapp, { 9: 'users have numbers with their country: a golden of the dialect' }),
  setUp('messenger', messenger, ONLY_DELIVERED),
  setUp('instagram', messenger, { ...ONLY_DELIVERED, 34: 'the dialect of messenger, which is held to it' }),
  setUp('slack', slack, { 25: 'a golden of the dialect', 26: 'it has no receipts' }),
  setUp('telegram', telegram, { 9: 'all is to the bot, by its name', 26: 'it has no receipts' }),
];

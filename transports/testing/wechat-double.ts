import { createHash } from 'node:crypto';
import { ScriptedServer, type ScriptedAnswer, type SeenRequest } from '@vumi/http/testing';
import { readXml, textsOf, writeXml, xmlNode } from '../http/xml.ts';
import { casesOf } from './quiet-double.ts';
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

const SECRET = 'pearl-under-the-sea';
const APP_ID = 'wx0123456789abcdef';
/** Octets that a text of a message may have. */
const LONGEST = 2048;

interface Changes {
  readonly signature?: string;
  readonly query?: string;
  readonly method?: string;
  readonly body?: Buffer<ArrayBuffer>;
  readonly without?: string;
  readonly signal?: AbortSignal | undefined;
}

/** WeChat: signs what it brings, shows its user the answer, and takes messages by tokens that it gave. */
class WechatDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly got: Got[] = [];
  readonly replies = 'in the response';
  readonly impatient = { outbound_timeout: 0.2 };
  readonly words = { away: 'not_connected', refusal: (text: string) => `40003: ${text}` };
  /** XML cannot say a NUL. */
  readonly oddText = 'Héllo 😀 שלום \u202e <b> & ]]> 100% a+b&c=d';
  readonly config: Readonly<Record<string, unknown>>;
  readonly #place: DoublePlace;
  readonly #turns: NetworkTurn[] = [];
  readonly #port: number;
  #server: ScriptedServer;
  #tokens = 0;
  #isRefusing = false;
  #brought = 0;

  private constructor(place: DoublePlace, server: ScriptedServer) {
    this.#place = place;
    this.#server = server;
    this.#port = server.port;
    this.config = {
      auth_token: SECRET,
      wechat_appid: APP_ID,
      wechat_secret: SECRET,
      wechat_menu: { button: [{ type: 'click', name: 'Orders', key: 'orders' }] },
      api_url: `${server.url}/cgi-bin/`,
      allow_private: true,
      max_in_flight: 100,
      // Whoever is slow here is a test beside others.
      request_timeout: 60,
    };
    server.answer = (seen) => this.#answer(seen);
  }

  static async open(place: DoublePlace): Promise<WechatDouble> {
    return new WechatDouble(place, await ScriptedServer.start());
  }

  async bring(text: UserText, signal?: AbortSignal): Promise<Told> {
    this.#brought += 1;
    const said = await this.#call({ ...text, id: text.id ?? String(this.#brought) }, { signal });
    if (said.startsWith('503')) return { kind: 'later', text: said };
    if (!said.startsWith('200')) return { kind: 'refused', text: said };
    return { kind: 'taken', text: shownOf(said.slice('200 '.length), text) };
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

  report(): Promise<void> {
    return Promise.reject(new Error('WeChat tells nothing of messages'));
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const text = { from: 'o1', to: 'gh_1', content: 'hi', id: '1' };
    const send = (changes: Changes) => this.#call(text, changes);
    return {
      4: [
        { label: 'no proof', answer: '401', send: () => send({ query: '' }) },
        { label: 'a wrong proof', answer: '401', send: () => send({ signature: '0'.repeat(40) }) },
        { label: 'an old proof', answer: '401', send: () => send({ query: signed(1_700_000_000) }) },
      ],
      7: ['ToUserName', 'FromUserName', 'MsgType', 'MsgId'].map((name) => ({
        label: `without ${name}`,
        answer: `400 {"missing_parameter":["${name}"]}`,
        send: () => send({ without: name }),
      })),
      8: [
        {
          label: 'no UTF-8',
          answer: '400',
          send: () => send({ body: Buffer.from('<xml>\xff</xml>', 'latin1') }),
        },
        { label: 'no XML', answer: '400', send: () => send({ body: Buffer.from('{"a":1}') }) },
      ],
      10: [
        { label: 'too long', answer: '413', send: () => send({ body: Buffer.alloc(1_048_577, 'a') }) },
        { label: 'a wrong method', answer: '405', send: () => send({ method: 'DELETE' }) },
      ],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }

  async #call({ from, to, content, id }: UserText, changes: Changes = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const parts = {
      ToUserName: to,
      FromUserName: from,
      CreateTime: String(now),
      MsgType: 'text',
      Content: content,
      MsgId: id ?? '',
    };
    const kept = Object.entries(parts).filter(([name]) => name !== changes.without);
    const document = writeXml(xmlNode('xml', {}, ...kept.map(([name, text]) => xmlNode(name, {}, text))));
    const { query = signed(now, changes.signature), method = 'POST', signal = null } = changes;
    const answer = await fetch(`${this.#place.url}${query}`, {
      method,
      headers: { 'content-type': 'text/xml' },
      body: changes.body ?? document,
      signal,
    });
    return `${answer.status} ${await answer.text()}`;
  }

  #answer(seen: SeenRequest): ScriptedAnswer {
    const { method, path, query, body } = seen;
    if (method === 'GET' && path === '/cgi-bin/token') return this.#giveToken(query);
    if (query.get('access_token') !== this.#token) return said(40_001, 'invalid credential');
    if (method !== 'POST') return said(43_002, 'require POST method');
    if (path === '/cgi-bin/menu/create') return said(Array.isArray(parse(body)['button']) ? 0 : 40_016, '');
    return path === '/cgi-bin/message/custom/send' ? this.#takeMessage(parse(body)) : { status: 404 };
  }

  #giveToken(query: URLSearchParams): ScriptedAnswer {
    const right = { grant_type: 'client_credential', appid: APP_ID, secret: SECRET };
    if (Object.entries(right).some(([name, value]) => query.get(name) !== value))
      return said(40_125, 'invalid appsecret');
    this.#tokens += 1;
    return { status: 200, body: JSON.stringify({ access_token: this.#token, expires_in: 7200 }) };
  }

  #takeMessage({ touser, msgtype, text }: Readonly<Record<string, unknown>>): ScriptedAnswer {
    const content = (text as { readonly content?: unknown } | undefined)?.content;
    if (typeof touser !== 'string' || msgtype !== 'text') return said(40_008, 'invalid message type');
    if (typeof content !== 'string' || content === '') return said(44_004, 'empty content');
    if (Buffer.byteLength(content) > LONGEST) return said(45_002, 'content size out of limit');
    this.got.push({ to: touser, content, at: performance.now() });
    const turn = this.#turns.shift() ?? 'accept';
    // It is tried once more, with a new token.
    this.#isRefusing = turn === 'unauthorized' && !this.#isRefusing;
    if (this.#isRefusing) this.#turns.unshift('unauthorized');
    return this.#turn(turn);
  }

  /** Each that it gives ends the one before. */
  get #token(): string {
    return `${SECRET}-${this.#tokens}`;
  }

  #turn(turn: NetworkTurn): ScriptedAnswer {
    switch (turn) {
      case 'accept':
        return said(0, 'ok');
      case 'never answer':
        return 'never';
      case 'cut':
        return 'cut';
      case 'unauthorized':
        return said(40_001, 'invalid credential');
      case 'redirect':
        return { status: 307, headers: { location: '/elsewhere' } };
      default:
        return 'refuse' in turn ? said(40_003, turn.refuse) : said(-1, 'system error');
    }
  }
}

/** The query that proves a call. */
function signed(seconds: number, signature?: string): string {
  const [timestamp, nonce] = [String(seconds), 'n1'];
  const right = createHash('sha1').update([SECRET, timestamp, nonce].toSorted().join('')).digest('hex');
  return `?${new URLSearchParams({ signature: signature ?? right, timestamp, nonce }).toString()}`;
}

/** What the user sees of an answer that is for him. */
function shownOf(answer: string, { from, to }: UserText): string {
  const document = readXml(Buffer.from(answer));
  const texts = document === null ? {} : textsOf(document);
  const isForHim = texts['ToUserName'] === from && texts['FromUserName'] === to;
  return isForHim ? (texts['Content'] ?? '') : answer;
}

function said(errcode: number, errmsg: string): ScriptedAnswer {
  return { status: 200, body: JSON.stringify({ errcode, errmsg }) };
}

function parse(body: string): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>;
}

const GOLDENS = 'its goldens hold it: transports/wechat';

export const WECHAT_SET_UP: TransportSetUp = {
  type: 'wechat',
  label: 'official account',
  open: (place) => WechatDouble.open(place),
  notApplicable: {
    ...casesOf([5, 25, 27], GOLDENS),
    2: 'who asks again waits with whoever asked first: case 15',
    3: 'each message has an id',
    6: 'what WeChat adds is passed over',
    9: `what was written to is the account and what was chosen in its menu: ${GOLDENS}`,
    11: 'a call brings one message',
    13: `what is no response is sent: ${GOLDENS}`,
    14: 'it has no sessions',
    16: `what comes too late for the call is sent: ${GOLDENS}`,
    17: `what comes too late for the call is sent: ${GOLDENS}`,
    26: 'it tells of no deliveries',
  },
};

import { ChatPage } from './chat-page.ts';
import { casesOf, QUIET } from './quiet-double.ts';
import type {
  BadRequest,
  DoublePlace,
  Got,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

/** Visitors of a web page, each with a page that is open. */
class WebChatDouble implements TransportDouble {
  readonly secret = QUIET.secret;
  readonly replies = QUIET.replies;
  readonly impatient = QUIET.impatient;
  readonly words = QUIET.words;
  readonly will = QUIET.will;
  readonly away = QUIET.away;
  readonly back = QUIET.back;
  readonly report = QUIET.report;
  readonly oddText = 'Héllo 😀 שלום \u202e\0 100% a+b&c=d <b>';
  readonly crowd = 300;
  readonly config = { to_addr: '8000' };
  readonly got: Got[] = [];
  readonly #place: DoublePlace;
  readonly #pages = new Map<string, Promise<ChatPage>>();
  #brought = 0;

  constructor(place: DoublePlace) {
    this.#place = place;
  }

  async bring({ from, content, id }: UserText): Promise<Told> {
    const page = await this.#pageOf(from);
    this.#brought += 1;
    const { error = '' } = await page.text(id ?? `c${this.#brought}`, content);
    return { kind: error === '' ? 'taken' : 'refused', text: error };
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const { url } = this.#place;
    const closeOf = async (frame: object | string, origin?: string | null): Promise<string> => {
      const page = await ChatPage.open(url, origin);
      page.say(frame);
      return (await page.closed).join(' ');
    };
    const stolen = { session: 'a'.repeat(22), token: 'b'.repeat(43) };
    return {
      4: [
        { label: 'a forged token', answer: '4401', send: () => closeOf({ hello: true, ...stolen }) },
        { label: 'no token', answer: '4401', send: () => closeOf({ hello: true, session: stolen.session }) },
        {
          label: 'another site',
          answer: '4403',
          send: () => closeOf({ hello: true }, 'https://evil.example'),
        },
        { label: 'no site', answer: '4403', send: () => closeOf({ hello: true }, null) },
      ],
      7: [
        { label: 'no id', answer: '4400 "id"', send: () => closeOf({ text: 'hi' }) },
        { label: 'no text', answer: '4400 "text"', send: () => closeOf({ id: '1' }) },
        { label: 'no hello', answer: '4400 say {"hello"', send: () => closeOf({ id: '1', text: 'hi' }) },
      ],
      8: [{ label: 'no JSON', answer: '4400', send: () => closeOf('{') }],
      10: [
        { label: 'too long', answer: 'too_long', send: () => this.#say('a'.repeat(4097)) },
        { label: 'no frame is so long', answer: '1009', send: () => closeOf('a'.repeat(65_537)) },
        {
          label: 'a wrong method',
          answer: '405',
          send: async () => String((await fetch(`${url}/widget.js`, { method: 'POST' })).status),
        },
      ],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const page of this.#pages.values()) await (await page)[Symbol.asyncDispose]();
  }

  async #say(content: string): Promise<string> {
    return (await this.bring({ from: '1', to: '8000', content })).text;
  }

  /** Of this life of the transport. */
  #pageOf(from: string): Promise<ChatPage> {
    const key = `${this.#place.url} ${from}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const opening = this.#open(from);
    this.#pages.set(key, opening);
    return opening;
  }

  async #open(from: string): Promise<ChatPage> {
    const page = await ChatPage.greet(this.#place.url);
    page.onFrame(({ id, text }) => {
      if (text === undefined) return;
      this.got.push({ to: from, content: text, at: performance.now() });
      page.say({ got: id });
    });
    return page;
  }
}

export const WEB_CHAT_SET_UP: TransportSetUp = {
  type: 'web_chat',
  label: 'pages',
  open: async (place) => new WebChatDouble(place),
  notApplicable: {
    ...casesOf([5, 11], 'nothing is signed or comes in batches'),
    ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply; sessions: web-chat.test.ts'),
    ...casesOf(
      [19, 20, 21, 22, 23, 24, 25, 28],
      'the network is ours: what is kept is sent, web-chat.test.ts',
    ),
    2: 'what was published is acknowledged again and not published again: web-chat.test.ts',
    6: 'members that are not known are passed over: frames.test.ts',
    9: 'visitors have no address but that of their session',
    26: 'it tells only what was delivered: web-chat.test.ts',
    27: 'long texts are split: frames.test.ts',
  },
};

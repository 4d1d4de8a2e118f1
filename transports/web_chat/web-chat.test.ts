import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { LoopbackHttp } from '@vumi/http/testing';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatPage } from '../testing/chat-page.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { MOST_WAITING } from './visitor-book.ts';
import { webChatTransport } from './web-chat.ts';

let ports: MemoryPorts;
let transport: Transport;
let pages: AsyncDisposableStack;

beforeEach(async () => {
  pages = new AsyncDisposableStack();
  await start();
});
afterEach(async () => {
  await pages.disposeAsync();
  await stop();
});

async function start(config: object = {}, former?: MemoryPorts): Promise<void> {
  ports = new MemoryPorts('web', new LoopbackHttp('web'));
  // State and ledger outlive a life.
  if (former !== undefined) Object.assign(ports, { state: former.state, ledger: former.ledger });
  transport = await webChatTransport.start(config, ports);
}

async function stop(): Promise<void> {
  await transport[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
}

async function restart(config: object = {}): Promise<void> {
  const former = ports;
  await stop();
  await start(config, former);
}

async function greet(who: Parameters<typeof ChatPage.greet>[1] = {}): Promise<ChatPage> {
  return pages.use(await ChatPage.greet(ports.http.url, who));
}

/** The same visitor in another page. */
const back = (page: ChatPage, last?: string): Promise<ChatPage> =>
  greet({ session: page.session, token: page.token, last });

/** A visitor who has written, and that to which apps reply. */
async function visitor(): Promise<{ page: ChatPage; hi: UserMessage }> {
  const page = await greet();
  await page.text('c1', 'hi');
  const hi = ports.inbound.find(({ from_addr }) => from_addr === page.session);
  if (hi === undefined) throw new Error('not published');
  return { page, hi };
}

const said = (): unknown[] => ports.inbound.map(({ session_event, content }) => [session_event, content]);
const eventsOf = ({ message_id: id }: UserMessage): string[] =>
  ports.events
    .filter(({ user_message_id }) => user_message_id === id)
    .map((event) => (event.event_type === 'delivery_report' ? event.delivery_status : event.event_type));
const becomes = <T>(look: () => T, wanted: T): Promise<unknown> =>
  eventually(look, (value) => JSON.stringify(value) === JSON.stringify(wanted));

describe('what visitors write', () => {
  it('is of a session from the first text on, with the button that was pressed', async () => {
    const { page } = await visitor();
    await page.text('c2', 'Yes', 'y');
    expect(ports.inbound).toMatchObject([
      {
        session_event: 'new',
        content: 'hi',
        to_addr: 'web',
        from_addr: page.session,
        transport_type: 'web_chat',
      },
      { session_event: 'resume', content: 'Yes', helper_metadata: { received: { payload: 'y' } } },
    ]);
    expect(page.session).toMatch(/^[\w-]{22}$/);
  });

  it('is published once under its id, and acknowledged as often as it is said', async () => {
    const { page } = await visitor();
    const again = await back(page);
    expect(await again.text('c1', 'hi')).toEqual({ ack: 'c1' });
    await restart();
    expect(await (await back(page)).text('c1', 'hi')).toEqual({ ack: 'c1' });
    expect(ports.inbound).toEqual([]);
  });

  it('is published by the next life where this one could not, and told to the page that has come back', async () => {
    const page = await greet();
    let tries = 0;
    ports.onInbound = () => {
      tries += 1;
      return Promise.reject(new Error('the broker is away'));
    };
    page.say({ id: 'c1', text: 'hi' });
    await eventually(
      () => tries,
      (count) => count > 0,
    );
    await restart();
    await becomes(said, [['new', 'hi']]);
    expect(await (await back(page)).text('c1', 'hi')).toEqual({ ack: 'c1' });
    expect(page.frames.filter(({ ack }) => ack !== undefined)).toEqual([]);
  });

  it('comes five at once and then one a second, and who is too fast is told when to go on', async () => {
    const page = await greet();
    const frames = await Promise.all(Array.from({ length: 20 }, (_, n) => page.text(`c${n}`, 'hi')));
    const refused = frames.filter(({ error }) => error === 'too_fast');
    expect(refused.length).toBeGreaterThan(10);
    expect(Number(refused[0]?.['retry_after'])).toBeLessThanOrEqual(1);
    expect(frames.slice(0, 5).map(({ ack }) => ack)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(ports.inbound.length).toBe(20 - refused.length);
    expect(await page.text('c20', ' ')).toMatchObject({ error: 'empty', id: 'c20' });
  });

  it('ends the session when nobody says anything for a while', async () => {
    await restart({ idle: 1 });
    const { page } = await visitor();
    await becomes(said, [
      ['new', 'hi'],
      ['close', null],
    ]);
    await page.text('c2', 'again');
    expect(said()[2]).toEqual(['new', 'again']);
  });

  it('begins anew after the app has ended the session, of which the app is not told', async () => {
    const { page, hi } = await visitor();
    await ports.send(reply(hi, 'bye', { continueSession: false }));
    expect(await page.hear(({ text }) => text === 'bye')).toMatchObject({ end: true });
    await page.text('c2', 'again');
    expect(said()).toEqual([
      ['new', 'hi'],
      ['new', 'again'],
    ]);
  });
});

describe('what apps write', () => {
  it('is shown in all pages of the visitor, and delivered once', async () => {
    const { page, hi } = await visitor();
    const other = await back(page);
    const stranger = await greet();
    const sent = reply(hi, 'hello');
    await ports.send(sent);
    for (const one of [page, other]) {
      const { id } = await one.hear(({ text }) => text === 'hello');
      one.say({ got: id });
    }
    await becomes(() => eventsOf(sent), ['ack', 'delivered']);
    expect(stranger.texts).toEqual([]);
  });

  it('waits for a visitor who is away, in its order, over a restart', async () => {
    const { page, hi } = await visitor();
    await page.cut();
    const sent = ['1', '2', '3'].map((text) => reply(hi, text));
    for (const message of sent) await ports.send(message);
    expect(sent.map(eventsOf)).toEqual([['ack'], ['ack'], ['ack']]);
    await restart();
    const again = await back(page);
    await becomes(() => again.texts, ['1', '2', '3']);
    const ids = sent.map(({ message_id: id }) => id);
    const third = await back(page, ids[1]);
    await becomes(() => third.texts, ['3']);
    await becomes(() => sent.map(eventsOf), [['delivered'], ['delivered'], []]);
    third.say({ got: ids[2] });
    await becomes(() => sent.map(eventsOf), [['delivered'], ['delivered'], ['delivered']]);
    expect((await back(page)).texts).toEqual([]);
  });

  it('is kept once, however often its queue brings it', async () => {
    const { page, hi } = await visitor();
    const sent = reply(hi, 'hello');
    for (let n = 0; n < 2; n += 1) await ports.send(sent, n > 0);
    page.say({ got: sent.message_id });
    await becomes(() => new Set(eventsOf(sent)).size, 2);
    await ports.send(sent, true);
    expect((await back(page)).texts).toEqual([]);
    expect(page.texts).toEqual(['hello']);
  });

  it('fails when nobody comes for it', async () => {
    await restart({ retention: 1 });
    const { page, hi } = await visitor();
    await page.cut();
    const sent = reply(hi, 'hello');
    await ports.send(sent);
    await becomes(() => eventsOf(sent), ['ack', 'failed']);
    expect((await back(page)).texts).toEqual([]);
  });

  it.each([
    ['no visitor', '27761234567', 'random ids'],
    ['nobody who has written', 'a'.repeat(22), 'nobody with this address'],
  ])('is a nack to %s', async (_label, to_addr, why) => {
    await ports.send(createUserMessage({ to_addr, from_addr: 'web', content: 'hi' }));
    expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: expect.stringContaining(why) }]);
  });

  it('is a nack when too much waits for him', async () => {
    const { page, hi } = await visitor();
    await page.cut();
    const send = (text: string): Promise<void> => ports.send(reply(hi, text));
    for (let n = 0; n < MOST_WAITING; n += 1) await send(String(n));
    const last = reply(hi, 'one more');
    await ports.send(last);
    expect(eventsOf(last)).toEqual(['nack']);
  });
});

describe('who may come', () => {
  const SITE = 'https://clinic.example';

  it('are pages of the sites that are allowed, and of no other, which are told what to allow', async () => {
    await restart({ allowed_origins: [SITE] });
    await greet({ origin: SITE });
    for (const origin of ['https://www.clinic.example', 'http://clinic.example', 'null']) {
      const page = pages.use(await ChatPage.open(ports.http.url, origin));
      expect(await page.closed).toEqual([4403, `allowed_origins has no "${origin}"`]);
    }
  });

  it.each(['https://clinic.example/', 'https://clinic.example/chat', 'clinic.example', '*'])(
    'an option says what an origin is: not %s',
    async (origin) => {
      const starting = webChatTransport.start({ allowed_origins: [origin] }, ports);
      await expect(starting).rejects.toMatchObject({ code: 'config.invalid', field: 'allowed_origins.0' });
    },
  );

  it('are not more than max_clients', async () => {
    await restart({ max_clients: 1 });
    await greet();
    await expect(ChatPage.open(ports.http.url)).rejects.toThrow('503');
    expect(transport.gauges()).toMatchObject({ clients: 1, refused_total: 1 });
  });

  it('are eight pages of one visitor, of which the oldest makes room', async () => {
    const first = await greet();
    for (let n = 0; n < 8; n += 1) await back(first);
    expect(await first.closed).toEqual([4409, 'this conversation is open in too many pages']);
  });

  it('a page that says hello twice, or what nobody understands, is told so', async () => {
    const page = await greet();
    page.say({ hello: true });
    expect(await page.closed).toEqual([4400, 'one hello is enough']);
  });
});

describe('what is served', () => {
  it.each(['widget.js', 'widget/chat.js', 'widget/view.js'])('%s, for any page', async (file) => {
    const answer = await fetch(`${ports.http.url}/${file}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('a page that shows the chat, with nothing of the title read as HTML', async () => {
    await restart({ title: '<b>"Clinic" & co</b>' });
    const answer = await fetch(ports.http.url);
    const html = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).toContain('<h1>&lt;b&gt;&quot;Clinic&quot; &amp; co&lt;/b&gt;</h1>');
    expect(html).toContain('<script src="/hooks/web/widget.js" data-open async></script>');
  });
});

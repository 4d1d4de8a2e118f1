import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelFixture, type Call } from '../testing/channel-fixture.ts';
import { transportTypes } from '../registry.ts';
import { signatureOf, wechatTransport } from './wechat.ts';

const TOKEN = 'token';
const MENU = { button: [{ type: 'click', name: '订单', key: 'orders' }] };
const OK = { status: 200, body: '{"errcode":0,"errmsg":"ok"}' };

let fixture: ChannelFixture;
/** It lets nobody wait: all that it says is sent. */
let hasty: ChannelFixture;

function start(more: object = {}): Promise<ChannelFixture> {
  return ChannelFixture.start(
    wechatTransport,
    (url) => ({
      auth_token: TOKEN,
      wechat_appid: 'wx1',
      wechat_secret: 'secret',
      api_url: `${url}/cgi-bin`,
      allow_private: true,
      request_timeout: 60,
      ...more,
    }),
    (server) => {
      let given = 0;
      server.answer = ({ path }) => {
        if (path !== '/cgi-bin/token') return OK;
        given += 1;
        return { status: 200, body: JSON.stringify({ access_token: `t${given}`, expires_in: 7200 }) };
      };
    },
  );
}

beforeAll(async () => {
  fixture = await start();
  hasty = await start({ request_timeout: 0.001, wechat_menu: MENU });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await hasty[Symbol.asyncDispose]();
});

function query(at: string | number = Math.floor(Date.now() / 1000)): string {
  return `?signature=${signatureOf(TOKEN, String(at), 'n1')}&timestamp=${at}&nonce=n1`;
}

let ids = 0;
function callOf(parts: Readonly<Record<string, string>>): Call {
  ids += 1;
  const all = { ToUserName: 'gh_1', FromUserName: `o${ids}`, CreateTime: '1700000000', ...parts };
  const elements = Object.entries(all).map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`);
  return {
    query: query(),
    headers: { 'content-type': 'text/xml' },
    body: `<xml>${elements.join('')}</xml>`,
  };
}

const textOf = (Content: string, more: object = {}): Call =>
  callOf({ MsgType: 'text', Content, MsgId: `m${ids + 1}`, ...more });

/** A user writes, and his call waits. */
async function asks(call: Call): Promise<{ told: Promise<[number, string]>; question: UserMessage }> {
  const before = fixture.ports.inbound.length;
  const told = fixture.call(call);
  const question = await eventually(
    () => fixture.ports.inbound[before],
    (message) => message !== undefined,
  );
  if (question === undefined) throw new Error('nothing was published');
  return { told, question };
}

/** Messages that were sent, in the order in which WeChat got them. */
const sentBy = ({ server }: ChannelFixture): unknown[] =>
  server.requests
    .filter(({ path }) => path === '/cgi-bin/message/custom/send')
    .map(({ body }) => JSON.parse(body) as unknown);

it('is found by the class of Vumi', () => {
  expect(transportTypes.wechat.aliases['vumi.transports.wechat.WeChatTransport']).toEqual({});
});

describe('a call', () => {
  it('is signed as the specification says, and answered by its own words', async () => {
    const signature = 'df736cacc50bd94c3b8f3de00eaab8099b8f2c50';
    const proof = `?signature=${signature}&timestamp=1700000000&nonce=n1&echostr=e%201`;
    expect(await fixture.call({ method: 'GET', query: proof })).toEqual([200, 'e 1']);
    const forged = proof.replace('df7', 'df8');
    expect(await fixture.call({ method: 'GET', query: forged })).toEqual([401, 'Wrong signature']);
  });

  it('that brings something may not be old', async () => {
    expect(await fixture.call({ ...textOf('hi'), query: query(1_700_000_000) })).toEqual([
      401,
      'Wrong signature',
    ]);
  });

  it.each<[string, object, string | null, object | undefined]>([
    ['a text', { MsgType: 'text', Content: ' a <b> & ' }, 'a <b> &', undefined],
    [
      'a picture',
      { MsgType: 'image', PicUrl: 'http://x.example/1', MediaId: '9' },
      null,
      { attachments: [{ content_type: 'image/jpeg', id: '9' }] },
    ],
    [
      'a voice that was understood',
      { MsgType: 'voice', MediaId: '9', Recognition: 'hello' },
      'hello',
      { attachments: [{ content_type: 'audio/amr', id: '9' }] },
    ],
    [
      'a place',
      { MsgType: 'location', Location_X: '23.1', Location_Y: '113.3', Label: 'Here' },
      null,
      { location: { latitude: 23.1, longitude: 113.3, name: 'Here' } },
    ],
  ])('brings %s', async (_label, parts, content, received) => {
    const { told, question } = await asks(callOf({ MsgId: `m${ids + 1}`, ...parts }));
    expect(question).toMatchObject({
      to_addr: 'gh_1@default',
      content,
      session_event: null,
      transport_type: 'wechat',
      transport_metadata: { wechat: { ToUserName: 'gh_1', FromUserName: question.from_addr } },
    });
    expect(question.helper_metadata['received']).toEqual(received);
    await fixture.ports.send(reply(question, 'yo'));
    await told;
  });

  it.each([
    ['a link', callOf({ MsgType: 'link', Url: 'http://x.example', MsgId: '1' })],
    ['a place that is told all the time', callOf({ MsgType: 'event', Event: 'LOCATION' })],
  ])('that brings %s is nothing to an app', async (_label, call) => {
    const before = fixture.ports.inbound.length;
    expect(await fixture.call({ ...call, query: query() })).toEqual([200, 'success']);
    expect(fixture.ports.inbound.length).toBe(before);
  });
});

describe('what a user chooses', () => {
  const FromUserName = 'o-chooser';
  const chooses = (Event: string, EventKey = ''): Call =>
    callOf({ FromUserName, MsgType: 'event', Event, EventKey });

  it('opens a session, is answered at once and stays in the address until he goes elsewhere', async () => {
    const [followed] = await fixture.brings(chooses('subscribe'));
    expect(followed).toMatchObject({ content: null, session_event: 'new', to_addr: 'gh_1@default' });
    const [chosen] = await fixture.brings(chooses('CLICK', 'orders'));
    expect(chosen).toMatchObject({ content: null, session_event: 'new', to_addr: 'gh_1@orders' });
    expect(chosen?.transport_metadata['wechat']).toMatchObject({ Event: 'CLICK', EventKey: 'orders' });
    const { told, question } = await asks(textOf('two', { FromUserName }));
    expect(question.to_addr).toBe('gh_1@orders');
    await fixture.ports.send(reply(question, 'yo'));
    expect((await told)[1]).toContain('<FromUserName>gh_1</FromUserName>');
    expect(await fixture.brings(chooses('VIEW', 'http://x.example'))).toEqual([]);
    const after = await asks(textOf('three', { FromUserName }));
    expect(after.question.to_addr).toBe('gh_1@default');
    await fixture.ports.send(reply(after.question, 'yo'));
    await after.told;
  });

  it('is one message, however often WeChat tells it', async () => {
    const call = chooses('CLICK', 'again');
    const twice = [...(await fixture.brings(call)), ...(await fixture.brings(call))];
    expect(new Set(twice.map(({ message_id }) => message_id)).size).toBe(1);
  });
});

describe('a reply', () => {
  it('is the answer to the call, and the same one when WeChat asks again', async () => {
    const call = textOf('hi');
    const { told, question } = await asks(call);
    const again = fixture.call(call);
    await fixture.ports.send(reply({ ...question, timestamp: '2026-11-29 10:00:00.000000' }, 'a <b>'));
    const [[status, answer], repeated] = [await told, await again];
    expect(status).toBe(200);
    expect(answer).toMatch(
      new RegExp(
        `^<xml><ToUserName>${question.from_addr}</ToUserName><FromUserName>gh_1</FromUserName>` +
          '<CreateTime>\\d{10}</CreateTime><MsgType>text</MsgType><Content>a &lt;b&gt;</Content></xml>$',
      ),
    );
    expect([repeated[1], (await fixture.call(call))[1]]).toEqual([answer, answer]);
    expect(fixture.ports.inbound.filter(({ content }) => content === 'hi')).toHaveLength(1);
  });

  it('with the address of a page is an article', async () => {
    const { told, question } = await asks(textOf('news?'));
    await fixture.ports.send(reply(question, 'Rain: https://x.example/1.\nBring a coat'));
    expect((await told)[1]).toContain(
      '<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles><item><Title>Rain: .</Title>' +
        '<Description>Bring a coat</Description><Url>https://x.example/1</Url></item></Articles>',
    );
  });

  it('that no answer holds is sent in parts, and the call is answered with nothing', async () => {
    const before = sentBy(fixture).length;
    const { told, question } = await asks(textOf('all of it'));
    await fixture.ports.send(reply(question, 'é'.repeat(1025)));
    expect(await told).toEqual([200, 'success']);
    expect(sentBy(fixture).slice(before)).toEqual([
      { touser: question.from_addr, msgtype: 'text', text: { content: 'é'.repeat(1024) } },
      { touser: question.from_addr, msgtype: 'text', text: { content: 'é' } },
    ]);
  });

  it('that is late is sent', async () => {
    const [question] = await hasty.brings(textOf('slow'));
    if (question === undefined) throw new Error('nothing came');
    await hasty.ports.send(reply(question, 'yo'));
    expect(sentBy(hasty).at(-1)).toEqual({
      touser: question.from_addr,
      msgtype: 'text',
      text: { content: 'yo' },
    });
    expect(hasty.ports.events.at(-1)).toMatchObject({ event_type: 'ack' });
  });
});

describe('a message', () => {
  const out = (content: string, message_id: string): UserMessage =>
    createUserMessage({ message_id, to_addr: 'o1', from_addr: 'gh_1@orders', content });
  const refused = (errcode: number) => ({ status: 200, body: JSON.stringify({ errcode, errmsg: 'no' }) });

  it('with the address of a page is an article', async () => {
    await fixture.ports.send(out('https://x.example/1', 'm1'));
    const article = { title: 'https://x.example/1', description: '', url: 'https://x.example/1' };
    expect(sentBy(fixture).at(-1)).toEqual({
      touser: 'o1',
      msgtype: 'news',
      news: { articles: [article] },
    });
  });

  it.each([
    [45_015, { nack_reason: '45015: no' }],
    [43_004, { nack_reason: '43004: no', transport_metadata: { opted_out: true } }],
  ])('that is refused by %i in an answer of 200 is a nack', async (errcode, nack) => {
    const { events } = await fixture.sends(out('hi', `n${errcode}`), refused(errcode));
    expect(events).toMatchObject([nack]);
  });

  it.each([40_001, 42_001])('is sent with another token where WeChat says %i', async (errcode) => {
    const before = fixture.server.requests.length;
    fixture.server.next.push(refused(errcode));
    await fixture.ports.send(out('hi', `t${errcode}`));
    const asked = fixture.server.requests
      .slice(before)
      .map(({ path, query: given }) => [path.replace('/cgi-bin/', ''), given.get('access_token')]);
    expect(asked.map(([path]) => path)).toEqual(['message/custom/send', 'token', 'message/custom/send']);
    expect(asked[2]?.[1]).not.toBe(asked[0]?.[1]);
    expect(fixture.ports.events.at(-1)).toMatchObject({ event_type: 'ack' });
  });
});

it('the menu is made at the start, with the token that messages are sent with', async () => {
  const made = await eventually(
    () => hasty.server.requests.find(({ path }) => path === '/cgi-bin/menu/create'),
    (request) => request !== undefined,
  );
  expect([made?.body, made?.query.get('access_token')]).toEqual([JSON.stringify(MENU), 't1']);
  await eventually(
    () => hasty.ports.statuses.find(({ component }) => component === 'menu'),
    (status) => status?.type === 'taken',
  );
});

it('a menu that WeChat does not take is told, and made again', async () => {
  await using refusing = await ChannelFixture.start(
    wechatTransport,
    (url) => ({
      auth_token: TOKEN,
      wechat_appid: 'wx1',
      wechat_secret: 'secret',
      wechat_menu: MENU,
      api_url: url,
      allow_private: true,
    }),
    (server) => {
      server.next.push(
        { status: 200, body: '{"access_token":"t1","expires_in":7200}' },
        { status: 200, body: '{"errcode":40016,"errmsg":"invalid button size"}' },
      );
      server.answer = ({ path }) =>
        path === '/token' ? { status: 200, body: '{"access_token":"t2","expires_in":7200}' } : OK;
    },
  );
  await eventually(
    () => refusing.ports.statuses.filter(({ component }) => component === 'menu'),
    (told) => told.some(({ type }) => type === 'taken'),
  );
  expect(refusing.ports.statuses.filter(({ component }) => component === 'menu')).toMatchObject([
    { status: 'degraded', message: 'the network has not taken the menu: 40016: invalid button size' },
    { status: 'ok', type: 'taken' },
  ]);
});

import { createUserMessage, eventClass, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { XmppDouble } from '../testing/xmpp-double.ts';
import type { Transport } from '../transport-type.ts';
import { xmppTransport } from './xmpp.ts';

let double: XmppDouble;
let ports: MemoryPorts;
let transport: Transport | undefined;

beforeEach(async () => {
  double = await XmppDouble.open();
  ports = new MemoryPorts('chat');
});
afterEach(async () => {
  await transport?.[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

async function start(config: Record<string, unknown> = {}): Promise<Transport> {
  transport = await xmppTransport.start({ ...double.config, ...config }, ports);
  await double.client();
  return transport;
}

const hears = (pattern: RegExp): Promise<string | undefined> =>
  eventually(
    () => double.heard.find((stanza) => pattern.test(stanza)),
    (stanza) => stanza !== undefined,
  );

const FROM = 'from="al@x/phone" to="bot@chat.example"';

describe('what people write', () => {
  it('comes from their addresses without their devices, and is called by its id', async () => {
    await start();
    const body = '<body> hi </body><delay xmlns="urn:xmpp:delay" stamp="2026-11-29T10:00:00Z"/>';
    double.say(`<message ${FROM} type="chat" id="1">${body}</message>`);
    await double.settle();
    expect(ports.inbound).toMatchObject([
      {
        from_addr: 'al@x',
        to_addr: 'bot@chat.example',
        content: 'hi',
        transport_type: 'xmpp',
        transport_metadata: { xmpp_id: '1', xmpp: { delayed_since: '2026-11-29T10:00:00Z' } },
      },
    ]);
  });

  it.each([
    ['of a room', `<message ${FROM} type="groupchat"><body>hi</body></message>`],
    ['of a headline', `<message ${FROM} type="headline"><body>hi</body></message>`],
    ['without words', `<message ${FROM} type="chat"><composing xmlns="x"/></message>`],
    [
      'of ourselves on another device',
      '<message from="bot@chat.example/other" type="chat"><body>hi</body></message>',
    ],
  ])('%s is for nobody', async (_label, stanza) => {
    await start();
    double.say(stanza);
    await double.settle();
    expect(ports.inbound).toEqual([]);
  });

  it('is confirmed to whom wants to know that it arrived', async () => {
    await start();
    double.say(
      `<message ${FROM} type="chat" id="7"><body>hi</body><request xmlns="urn:xmpp:receipts"/></message>`,
    );
    expect(await hears(/<received/)).toContain('id="7"');
  });
});

describe('a message', () => {
  const message = (fields: Partial<UserMessage> = {}): UserMessage =>
    createUserMessage({ to_addr: 'al@x', from_addr: 'bot', content: 'yo', message_id: 'm1', ...fields });

  async function outcomes(count: number): Promise<string[]> {
    const events = await eventually(
      () => ports.events,
      (all) => all.length >= count,
    );
    return events.map(eventClass);
  }

  it('is acknowledged by the server, and delivered when its receiver says so', async () => {
    await start();
    await ports.send(message());
    double.say(`<message ${FROM}><received xmlns="urn:xmpp:receipts" id="m1"/></message>`);
    expect(await outcomes(2)).toEqual(['ack', 'delivered']);
    expect(await hears(/<body>yo/)).toContain('id="m1"');
  });

  it('that comes back later has failed', async () => {
    await start();
    await ports.send(message());
    double.say(
      `<message ${FROM} type="error" id="m1"><error type="wait"><recipient-unavailable/></error></message>`,
    );
    expect(await outcomes(2)).toEqual(['ack', 'failed']);
    expect(ports.events[1]?.transport_metadata).toEqual({ xmpp_error: 'recipient-unavailable' });
  });

  it('has no characters that XML has not', async () => {
    await start();
    await ports.send(message({ content: 'a\0\u0007<b>&\ud800' }));
    expect(double.got.map(({ content }) => content)).toEqual(['a<b>&\ufffd']);
  });

  it('to nobody is a nack', async () => {
    await start();
    await ports.send(message({ to_addr: null }));
    expect(ports.events).toMatchObject([{ nack_reason: 'Invalid to_addr' }]);
  });
});

it.each([
  ['away', undefined, /<show>away<\/show>/],
  ['chat', 'at your service', /<show>chat<\/show><status>at your service<\/status>/],
  ['Here I am', undefined, /<presence><status>Here I am<\/status>/],
])('presence: %s, %s', async (status, status_message, expected) => {
  await start({ status, ...(status_message === undefined ? {} : { status_message }) });
  await hears(expected);
});

it.each(['subscribe', 'unsubscribe'])('who wants to %s may', async (type) => {
  await start();
  double.say(`<presence from="al@x" to="bot@chat.example" type="${type}"/>`);
  await hears(new RegExp(`<presence to="al@x" type="${type}d"`));
});

it('a server that throws us out is called again, under another name', async () => {
  await start();
  const first = await double.client();
  double.say('<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>');
  await eventually(
    () => first?.destroyed === true,
    (isGone) => isGone,
  );
  await double.client();
  const names = double.heard.flatMap((stanza) => /<resource>(.*?)</.exec(stanza)?.[1] ?? []);
  expect(new Set(names).size).toBe(2);
  expect(ports.statuses.find(({ type }) => type === 'not_connected')?.message).toContain('conflict');
});

it.each([{ username: 'bot' }, { password: '' }, { service: 'http://x' }])('refuses %j', async (options) => {
  const starting = xmppTransport.start({ ...double.config, ...options }, ports);
  await expect(starting).rejects.toMatchObject({ code: 'config.invalid', field: Object.keys(options)[0] });
});

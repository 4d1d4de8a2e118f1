import { readPhoneNumber, send, silentLogger, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from './dispatcher.ts';
import type { Router } from './routers/router.ts';
import { stampMessage } from './stamp.ts';

const OPTED_OUT = '+27760000000';

/** What is published for one message of an app, and whether its events find their way. */
async function dispatch(to: string, content: string | null, fields: Partial<UserMessage> = {}) {
  const published: [string, object][] = [];
  const statuses: string[] = [];
  const told: string[] = [];
  let isTold = false;
  const publish = async (connector: string, message: object) => void published.push([connector, message]);
  const router: Router = {
    inbound: async () => [],
    event: async (event) => (isTold ? [{ connector: 'q-app', message: event }] : []),
    outbound: (message) => ({ connector: 'smsc', message: { ...message, transport_name: 'smsc' } }),
    noteOutbound: async () => {},
    noteRefused: async () => void (isTold = true),
  };
  const dispatcher = createDispatcher({
    routerFor: () => router,
    isActive: () => true,
    isOptedOut: async (_owner, address) => address === OPTED_OUT,
    heedStop: async () => null,
    readReceiver: (_connector, address) => readPhoneNumber(address),
    recorder: {
      inbound: async () => {},
      outbound: async (_message, _owner, status) => void statuses.push(status),
      event: async () => {},
    },
    publishInbound: publish,
    publishEvent: publish,
    publishOutbound: publish,
    publishFailure: (connector, failure) => publish(`${connector}.failures`, failure),
    tellAuthor: (_message, _ref, reason) => void told.push(reason),
    logger: silentLogger,
  });
  const message = { ...send(to, content), ...fields };
  await dispatcher.outbound(stampMessage(message, { account: 'demo', app: 'app' }), 'q-app');
  return { published, statuses, told };
}

describe('a message that nobody could get', () => {
  it.each([
    ['to no address', 'nobody', 'news', '"nobody" is no address of smsc'],
    ['to nobody', '', 'news', '"" is no address of smsc'],
    ['without text', '+27761234567', '', 'the message has no text'],
    ['with nothing', '+27761234567', null, 'the message has no text'],
  ])('%s is refused, and its app and author hear why', async (_what, to, content, text) => {
    const reason = expect.stringContaining(text);
    expect(await dispatch(to, content)).toMatchObject({
      statuses: ['failed'],
      told: [reason],
      published: [
        ['q-app.failures', { reason }],
        ['q-app', { event_type: 'nack', nack_reason: reason }],
      ],
    });
  });

  it('is sent to the number that was meant, also where that one has opted out', async () => {
    const { published } = await dispatch('+27 76 123 4567', 'news');
    expect(published).toMatchObject([['smsc', { to_addr: '+27761234567' }]]);
    expect(await dispatch('+27 76 000 0000', 'news')).toMatchObject({ statuses: ['failed'] });
  });

  it.each([
    ['octets have no text', '+27761234567', { transport_metadata: { smpp: { octets: '00' } } }],
    ['a reply may say nothing', '+27761234567', { in_reply_to: 'what he said' }],
    ['a reply goes to whoever wrote', 'MyBank', { in_reply_to: 'what he said' }],
  ])('but %s', async (_what, to, fields) => {
    expect(await dispatch(to, '', fields)).toMatchObject({
      statuses: ['queued'],
      published: [['smsc', { to_addr: to }]],
    });
  });
});

import { readPhoneNumber, send, silentLogger, stampMessage, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from '../dispatcher.ts';
import type { Router } from '../router.ts';
import { createAuthorNotes } from './author-notes.ts';
import { createReceivableMiddleware } from './receivable.ts';
import { createRecording } from './recording.ts';

/** What is published for one message of an app. */
async function dispatch(to: string, content: string | null, fields: Partial<UserMessage> = {}) {
  const published: [string, object][] = [];
  const statuses: string[] = [];
  const told: string[] = [];
  const publish = async (connector: string, message: object) => void published.push([connector, message]);
  const router: Router = {
    inbound: async () => [],
    event: async () => [],
    outbound: async (message, { endpoint }) => [
      { flow: 'outbound', connector: 'smsc', endpoint, message: { ...message, transport_name: 'smsc' } },
    ],
  };
  const recorder = {
    inbound: async () => {},
    outbound: async (_message: UserMessage, _owner: unknown, status: string) => void statuses.push(status),
    event: async () => {},
  };
  const middleware = [
    createRecording({ recorder, isRecordedThere: () => true }),
    createAuthorNotes((_message, _ref, reason) => void told.push(reason)),
    createReceivableMiddleware((_connector, address) => readPhoneNumber(address)),
  ];
  const dispatcher = createDispatcher({
    router,
    middleware: { consume: middleware, publish: middleware.toReversed() },
    ends: {
      publishInbound: publish,
      publishEvent: publish,
      publishOutbound: publish,
      publishFailure: (connector, failure) => publish(`${connector}.failures`, failure),
    },
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

  it('is sent to the number that was meant', async () => {
    const { published } = await dispatch('+27 76 123 4567', 'news');
    expect(published).toMatchObject([['smsc', { to_addr: '+27761234567' }]]);
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

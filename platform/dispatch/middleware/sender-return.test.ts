import { stampMessage, stampOf, type TransportEvent, type Transit } from '@vumi/core';
import { expect, it } from 'vitest';
import { createEventMemory } from '../event-memory.ts';
import { eventOf, mapState, message, pass, sent } from './passing.fixture.ts';
import { createSenderReturn, type RememberedSender } from './sender-return.ts';

const QUIZ = { account: 'demo', app: 'quiz' };
const returning = () =>
  createSenderReturn({
    memory: createEventMemory<RememberedSender>(mapState(), { prefix: 'sender/' }),
    wantsEvents: ({ app }) => app === 'quiz',
  });
const eventFrom = (transits: readonly Transit[]): TransportEvent => transits[0]?.message as TransportEvent;

it('an event gets the stamp and the endpoint of its message', async () => {
  const middleware = returning();
  const question = message({ message_id: 'm1', routing_metadata: { endpoint_name: 'sms' } });
  await pass(middleware, sent('outbound', 'smsc', stampMessage(question, QUIZ)));
  const event = eventFrom(await pass(middleware, eventOf('m1')));
  expect(stampOf(event)).toEqual(QUIZ);
  expect(event.routing_metadata.endpoint_name).toBe('sms');
});

it.each([
  ['of who wants no events', { account: 'demo', app: 'mute' }],
  ['of nobody', null],
])('an event %s brings no stamp, not even one of its own', async (_what, stamp) => {
  const middleware = returning();
  const question = message({ message_id: 'm1' });
  await pass(middleware, sent('outbound', 'smsc', stamp === null ? question : stampMessage(question, stamp)));
  const forged = eventOf('m1') as Extract<Transit, { flow: 'event' }>;
  const event = { ...forged.message, helper_metadata: { vumi: QUIZ, tag: 'kept' } };
  const passed = eventFrom(await pass(middleware, { ...forged, message: event }));
  expect(passed.helper_metadata).toEqual({ tag: 'kept' });
});

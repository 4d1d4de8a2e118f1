import { reply, type End, type Transit } from '@vumi/core';
import { expect, it } from 'vitest';
import { destinationOf } from '../destination.ts';
import { createSessions } from '../sessions.ts';
import { createConversations } from './conversations.ts';
import { mapState, message, pass, taken } from './passing.fixture.ts';

it('a user stays with the application that answers him until it ends the conversation', async () => {
  const middleware = createConversations(createSessions<End>(mapState(), { prefix: 'session/' }));
  const goesTo = async (transit: Transit): Promise<End | null> => {
    const [passed] = await pass(middleware, transit);
    return destinationOf(passed?.message ?? {});
  };
  const question = message();
  expect(await goesTo(taken('inbound', 'smsc', question))).toBeNull();
  await pass(middleware, taken('outbound', 'quiz', reply(question, 'Your name?')));
  expect(await goesTo(taken('inbound', 'smsc'))).toEqual({ connector: 'quiz', endpoint: 'default' });
  await pass(middleware, taken('outbound', 'news', { ...reply(question, 'News!'), in_reply_to: null }));
  expect(await goesTo(taken('inbound', 'smsc'))).toEqual({ connector: 'quiz', endpoint: 'default' });
  await pass(middleware, taken('outbound', 'quiz', reply(question, 'Bye', { continueSession: false })));
  expect(await goesTo(taken('inbound', 'smsc'))).toBeNull();
});

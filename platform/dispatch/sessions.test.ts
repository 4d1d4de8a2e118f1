import { createUserMessage, reply, replyGroup, send, type AppRef, type KeyedState } from '@vumi/core';
import { expect, it } from 'vitest';
import { createSessions } from './sessions.ts';

const QUIZ = { account: 'demo', app: 'quiz' };

function sessions() {
  const values = new Map<string, string>();
  const state: Pick<KeyedState, 'get' | 'set' | 'delete'> = {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => values.delete(key),
  };
  return createSessions<AppRef>(state, { prefix: 'session/' });
}

it.each([
  ['27761234567', '+27761234567', QUIZ],
  ['+27761234567', '27761234567', QUIZ],
  ['+27761234567', '+27761234567', QUIZ],
  ['+27761234567', '27761234568', null],
  ['Mary', 'Mary', QUIZ],
  ['+Mary', 'Mary', null],
])('a conversation that an app began with %s is that of %s: %j', async (to, from_addr, app) => {
  const kept = sessions();
  const place = { transport_name: 'smsc' };
  await kept.sent({ ...send(to, 'Come?'), ...place, from_addr: '12345' }, QUIZ);
  const answer = createUserMessage({ ...place, from_addr, to_addr: '12345', content: 'yes' });
  expect(await kept.find(answer)).toEqual(app);
});

it('an answer to a whole group goes on with whoever of it writes next, and one to a user with that user', async () => {
  const kept = sessions();
  const place = { transport_name: 'irc', to_addr: 'bot' };
  const said = (from_addr: string, group: string | null) =>
    createUserMessage({ ...place, from_addr, group, content: 'quiz' });
  await kept.sent(replyGroup(said('ann', '#vumi'), 'Who knows?'), QUIZ);
  expect(await kept.find(said('bob', '#vumi'))).toEqual(QUIZ);
  expect(await kept.find(said('bob', '#other'))).toBeNull();
  expect(await kept.find(said('bob', null))).toBeNull();
  await kept.sent(replyGroup(said('ann', '#vumi'), 'Over.', { continueSession: false }), QUIZ);
  expect(await kept.find(said('bob', '#vumi'))).toBeNull();
  await kept.sent(reply(said('ann', '#vumi'), 'You?'), QUIZ);
  expect([await kept.find(said('ann', '#vumi')), await kept.find(said('bob', '#vumi'))]).toEqual([
    QUIZ,
    null,
  ]);
});

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { silentLogger } from './logger.ts';
import { createUserMessage, reply } from './message.ts';
import { isSealedAnswer, openAnswer, sealAnswer } from './sealed-answers.ts';
import { isHiddenAnswer, withoutSecretAnswer } from './secret-answers.ts';

const KEYS = new Map([
  ['demo', randomBytes(32)],
  ['other', randomBytes(32)],
]);
const keys = { keyOf: async (account: string) => KEYS.get(account) ?? randomBytes(32) };

const typed = (vumi: object) =>
  createUserMessage({
    from_addr: '+27761234567',
    to_addr: '4000',
    content: '84213',
    transport_metadata: { raw: '84213', session: 'a84213b' },
    helper_metadata: { received: { payload: '84213' }, vumi: { account: 'demo', app: 'bank', ...vumi } },
  });

test('a secret answer lies sealed in a queue, and is as it was when it is opened', async () => {
  const message = typed({ isSecret: true });
  const sealed = await sealAnswer(message, keys);
  expect(JSON.stringify(sealed)).not.toContain('84213');
  expect(isSealedAnswer(sealed)).toBe(true);
  expect(await openAnswer(sealed, keys, silentLogger)).toEqual(message);
  const written = withoutSecretAnswer(sealed);
  expect([isSealedAnswer(written), isHiddenAnswer(written), written.content]).toEqual([
    false,
    true,
    '[secret]',
  ]);
});

test('any other message stays as it is', async () => {
  const message = typed({});
  expect(await sealAnswer(message, keys)).toBe(message);
  expect(await openAnswer(message, keys, silentLogger)).toBe(message);
});

test('what was put into another message, or is of another account, does not open', async () => {
  const sealed = await sealAnswer(typed({ isSecret: true }), keys);
  const { vumi, ...metadata } = sealed.helper_metadata;
  const moved = [
    { ...sealed, message_id: 'another' },
    { ...sealed, helper_metadata: { ...metadata, vumi: { ...(vumi as object), account: 'other' } } },
  ];
  for (const one of moved) expect(isHiddenAnswer(await openAnswer(one, keys, silentLogger))).toBe(true);
});

test('a reply takes over nothing of what it answers, but the name of a session', () => {
  const answer = reply(typed({ isSecret: true }), 'Your name?');
  expect(answer.helper_metadata['received']).toEqual({ payload: '[secret]' });
  expect(answer.transport_metadata).toEqual({ raw: '[secret]', session: 'a84213b' });
  expect(isHiddenAnswer(answer)).toBe(false);
  expect(reply(typed({}), 'x').helper_metadata['received']).toEqual({ payload: '84213' });
});

import { createUserMessage, stampMessage } from '@vumi/core';
import { SECRET_MARK } from '@vumi/core/talks';
import { expect, it } from 'vitest';
import { hideSecretAnswers, hideSecretStart } from './secret-answers.ts';

const kept = { frames: [['start', {}, [['a', 0, 'ask number 1', 5, { [SECRET_MARK]: '84213' }, 1]]]] };

it('what conversations remember of secret answers is hidden, however deep in texts it stands', () => {
  const text = JSON.stringify([[1, true, JSON.stringify({ talks: [['8000', JSON.stringify(kept)]] })]]);
  expect(hideSecretAnswers(text)).toBe(text.replace('84213', '[secret]'));
  const other = '[ 1, "84213" ]';
  expect(hideSecretAnswers(other)).toBe(other);
});

it.each([
  ['no JSON', `{${SECRET_MARK}: 84213`],
  ['too deep', `${'['.repeat(5000)}"${SECRET_MARK} 84213"${']'.repeat(5000)}`],
])('a text that speaks of them and is %s is hidden as a whole', (_what, text) => {
  expect(hideSecretAnswers(JSON.stringify([SECRET_MARK, text]))).toBe(
    JSON.stringify(['[secret]', '[secret]']),
  );
});

it('the start of a turn that got one has no text, and says why', () => {
  const message = createUserMessage({
    from_addr: '+27761234567',
    to_addr: '12345',
    content: '84213',
    transport_metadata: { text: '84213' },
  });
  const start = JSON.stringify({ kind: 'message', body: message, now: 1, ids: ['a'] });
  expect(hideSecretStart(start, message)).toBe(start);
  const secret = stampMessage(message, { account: 'demo', app: 'bank', isSecret: true });
  expect(JSON.parse(hideSecretStart(start, secret))).toEqual({
    kind: 'message',
    body: { ...message, content: '[secret]', transport_metadata: { text: '[secret]' } },
    now: 1,
    ids: ['a'],
    isSecret: true,
  });
});

import { expect, it } from 'vitest';
import { createFailure } from './failure.ts';
import { createUserMessage } from './message.ts';
import { isHiddenAnswer, withoutSecretAnswer } from './secret-answers.ts';
import { stampMessage, stampOf } from './stamp.ts';

const typed = createUserMessage({
  from_addr: '+27761234567',
  to_addr: '12345',
  content: '84213',
  helper_metadata: { received: { payload: ' 84213' } },
  transport_metadata: { query: 'from=2776&text=84213', parts: ['84213', 'x'], count: 2 },
});
const answer = stampMessage(typed, { account: 'demo', app: 'bank', isSecret: true });

it('a secret answer is written down without its text, wherever its transport tells it', () => {
  const hidden = withoutSecretAnswer(answer);
  expect(JSON.stringify(hidden)).not.toContain('84213');
  expect(hidden).toMatchObject({
    message_id: answer.message_id,
    content: '[secret]',
    transport_metadata: { query: '[secret]', parts: ['[secret]', 'x'], count: 2 },
  });
  expect(stampOf(hidden)).toEqual({ account: 'demo', app: 'bank', isSecret: true });
  expect([isHiddenAnswer(answer), isHiddenAnswer(hidden)]).toEqual([false, true]);
  expect(answer.content).toBe('84213');
});

it('a short answer is looked for as a whole: what happens to hold its letters stays', () => {
  const short = {
    ...answer,
    content: '2',
    transport_metadata: { id: '2026', text: '2' },
    helper_metadata: answer.helper_metadata,
  };
  expect(withoutSecretAnswer(short).transport_metadata).toEqual({ id: '2026', text: '[secret]' });
});

it('what answers no secret question is the same message', () => {
  const other = stampMessage(typed, { account: 'demo', app: 'bank' });
  expect(withoutSecretAnswer(other)).toBe(other);
});

it('a failure of it keeps no text either, and carries what else it may', () => {
  expect(JSON.stringify(createFailure(answer, 'threw: no'))).not.toContain('84213');
  expect(createFailure('no JSON', 'broken').message).toBe('no JSON');
  expect(createFailure({ event_id: 'e' }, 'broken').message).toEqual({ event_id: 'e' });
});

import { expect, test } from 'vitest';
import { logEntry } from './author-log.ts';
import { redactSecrets } from './redaction.ts';

const long = 'abcdefgh'.repeat(20);
const secrets = { key: 'correct-horse', pin: '48151623', quoted: 'a"b\\c}', long };

test.each([
  ['a secret', 'key is correct-horse!', 'key is [secret]!'],
  ['a token', 'Authorization: Bearer abcdefghij', 'Authorization: Bearer [secret]'],
  ['the start of a secret at which a text was cut', 'xxxx correct-h', 'xxxx [secret]'],
  ['most of a long secret at which a text was cut', `xxxx ${long.slice(0, 100)}`, 'xxxx [secret]'],
  ['a little of a long secret', `xxxx ${long.slice(0, 9)}`, 'xxxx [secret]'],
  ['no ordinary word', 'the cor', 'the cor'],
])('%s is blotted out', (_what, text, shown) => {
  expect(redactSecrets(text, secrets)).toBe(shown);
});

test('fields keep their form, whatever of them is a secret', () => {
  const fields = { 'correct-horse': 1, n: 48151623, list: [{ deep: 'a"b\\c}' }], ok: true, none: null };
  const entry = logEntry(
    { ref: { account: 'clinic', app: 'hello' }, secrets },
    { level: 'info', text: 'x\u001b[2J', fields },
    { messageId: 'm1', clock: () => 0 },
  );
  expect(entry.text).toBe('x�[2J');
  expect(entry.fields).toEqual({
    '[secret]': 1,
    n: '[secret]',
    list: [{ deep: '[secret]' }],
    ok: true,
    none: null,
  });
});

import { expect, test } from 'vitest';
import { adviceFor } from './redis-link.ts';

test.each([
  ['NOAUTH Authentication required.', 'redis://:PASSWORD@host:6379'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'VUMI_REDIS_URL'],
  ['ERR DB index is out of range', 'no database of it'],
  ['NOPERM this user has no permissions to run the command', 'ACL SETUSER'],
  ["READONLY You can't write against a read only replica.", 'let it write'],
  ['connect ECONNREFUSED 127.0.0.1:6379', 'look whether it runs'],
])('%s', (said, advice) => {
  expect(adviceFor(said)).toContain(advice);
});

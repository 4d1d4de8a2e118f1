import { VumiError } from '@vumi/core';
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { databaseError } from './database-error.ts';

function refusal(code: string): DatabaseError {
  const error = new DatabaseError('refused', 0, 'error');
  error.code = code;
  return error;
}

test.each<[string, unknown, string]>([
  [
    'a server that refuses connections',
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    'store.unavailable',
  ],
  [
    'a name with several addresses, none of which answers',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'store.unavailable',
  ],
  ['a connection that broke', new Error('Connection terminated unexpectedly'), 'store.unavailable'],
  ['an answer that does not come', new Error('Query read timeout'), 'store.unavailable'],
  ['a server that shuts down', refusal('57P01'), 'store.unavailable'],
  ['too many connections', refusal('53300'), 'store.unavailable'],
  ['a deadlock', refusal('40P01'), 'store.unavailable'],
  ['a wrong password', refusal('28P01'), 'store.unavailable'],
  ['a text with NUL', refusal('22021'), 'request.invalid'],
  ['a statement that is wrong', refusal('42601'), 'internal'],
  ['a mistake of ours', new TypeError('x is not a function'), 'internal'],
])('%s', (_label, error, code) => {
  expect(databaseError(error)).toMatchObject({ code, cause: error });
});

test('an error of ours passes', () => {
  const error = new VumiError('not_found', 'x');
  expect(databaseError(error)).toBe(error);
});

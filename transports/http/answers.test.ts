import { expect, it } from 'vitest';
import { wantsJson } from './answers.ts';

it.each([
  ['application/json', true],
  ['text/plain, application/json;q=0.9', false],
  ['text/plain;q=0.5, application/json;q=0.9', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['*/*', false],
  ['', false],
  [undefined, false],
])('Accept: %s', (accept, json) => {
  expect(wantsJson(accept)).toBe(json);
});

import { expect, test } from 'vitest';
import { parseGuestJson } from './guest-json.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['a value', '{"a":[1,{"b":"c"}]}', { a: [1, { b: 'c' }] }],
  ['brackets in texts', JSON.stringify(['['.repeat(500), '\\"[{'.repeat(100)]), undefined],
  ['many values side by side', `[${'[],'.repeat(500)}[]]`, undefined],
  ['the deepest that is allowed', `[${nested(99)},"${'x'.repeat(200)}"]`, undefined],
])('%s is parsed', (_what, json, value) => {
  expect(parseGuestJson(json)).toEqual(value ?? JSON.parse(json));
});

test.each([
  ['one level more', `[${nested(100)},"${'x'.repeat(200)}"]`, /100 deep/],
  ['a depth that overflows stacks', nested(500_000), /100 deep/],
  ['what is no JSON', '{"a":', /no JSON/],
])('%s is refused as the fault of the app', (_what, json, reason) => {
  expect(() => parseGuestJson(json)).toThrow(expect.objectContaining({ code: 'app.limit' }));
  expect(() => parseGuestJson(json)).toThrow(reason);
});

import { expect, test } from 'vitest';
import { pythonPattern } from './python-pattern.ts';

test.each([
  ['matches at the start', '80', '8000', true],
  ['does not search', '00', '8000', false],
  ['does not search in later lines', '(?m)^b', 'a\nb', false],
  ['counts case', 'a', 'A', false],
  ['knows flags', '(?i)a', 'A', true],
  ['knows flags without meaning here', '(?ui)a', 'A', true],
  ['matches the beginning of text', '\\A80', '80', true],
  ['matches the end of the text', '80\\Z', '800', false],
  ['matches the end of the text, and there is one', '80\\Z', '80', true],
  ['refers to a named group', '(?P<x>8)(?P=x)', '88', true],
  ['leaves escapes alone', '\\+27', '+27', true],
  ['leaves a written escape of an escape alone', '\\\\A', '\\A', true],
  ['reads a bracket first in a set', '[]8]+\\Z', '8]8', true],
  ['reads a bracket first in an inverted set', '[^]]', ']', false],
  ['leaves what is in sets alone', '[(?P<]', '?', true],
])('a pattern of Python %s', (_label, source, text, matches) => {
  const match = pythonPattern(source, 'option');
  expect(match(text) !== null).toBe(matches);
  expect(match(text) !== null).toBe(matches);
});

test('groups are found by name and number', () => {
  const found = pythonPattern('(?P<pool>[a-z]+)-(\\d+)', 'option')('sms-12');
  expect([found?.groups?.['pool'], found?.[2]]).toEqual(['sms', '12']);
});

test.each([['('], ['(?x)a'], ['a**']])('%s is refused by the name of its option', (source) => {
  expect(() => pythonPattern(source, 'toaddr_mappings.app1')).toThrow(
    expect.objectContaining({ code: 'config.invalid', field: 'toaddr_mappings.app1' }),
  );
});

import { expect, test } from 'vitest';
import { applicationTypes } from './registry.ts';
import { openApplicationPlace } from './testing/application-place.ts';

const NOON = Date.UTC(2026, 10, 29, 12);

test.each([
  ['echo', 'héllo', 'héllo', null],
  ['echo', null, 'Enter text to echo:', null],
  ['reverse', 'né👩‍👩‍👧!', '!👩‍👩‍👧én', null],
  ['reverse', null, 'Enter text to reverse:', null],
  ['word_count', 'hello there', '2 words, 11 chars', null],
  ['word_count', ' a ', '1 word, 3 chars', null],
  ['word_count', '', '0 words, 0 chars', null],
  ['word_count', null, 'Enter text to return word and character counts for:', null],
  ['static_reply', 'hi', 'Hello +27761234567 at 2026-11-29 12:00:00.', 'close'],
] as const)('%s answers %j', async (type, content, expected, session_event) => {
  await using place = await openApplicationPlace({ clock: () => NOON });
  await place.start(applicationTypes[type]);
  const [said] = await place.ask({ content }, 1);
  expect(said).toMatchObject({ content: expected, session_event });
});

test('a static reply is the text that was configured, word for word', async () => {
  await using place = await openApplicationPlace();
  await place.start(applicationTypes.static_reply, { reply_text: '$& {name} {user}' });
  const [said] = await place.ask({ from_addr: '$1' }, 1);
  expect(said?.content).toBe('$& {name} $1');
});

test('no two types share a name', () => {
  const types = Object.entries(applicationTypes);
  const names = types.map(([, { type, aliases }]) => [type, aliases]).flat(2);
  expect(new Set(names).size).toBe(names.length);
  expect(types.map(([key, { type }]) => [key, type])).toEqual(types.map(([key]) => [key, key]));
});

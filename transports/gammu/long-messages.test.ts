import { expect, it } from 'vitest';
import { joinParts } from './long-messages.ts';
import type { ReceivedPart } from './tables.ts';

let ids = 0;
const row = (text: string, header = '', more: Partial<ReceivedPart> = {}): ReceivedPart => ({
  id: (ids += 1),
  from: '+27761234567',
  text,
  header,
  phone: 'p1',
  received: '2026-11-29 10:00:00',
  isOld: false,
  ...more,
});
const A = '050003070201';
const B = '050003070202';

it.each([
  [
    'single messages',
    [row('hi'), row('yo')],
    [
      ['hi', []],
      ['yo', []],
    ],
  ],
  [
    'parts in any order',
    [row('lo', B), row('hi'), row('hel', A)],
    [
      ['hello', []],
      ['hi', []],
    ],
  ],
  ['a part that came twice', [row('hel', A), row('hel', A), row('lo', B)], [['hello', []]]],
  ['parts of two people', [row('hel', A), row('lo', B, { from: '+27760000000' })], []],
  ['parts of two phones', [row('hel', A), row('lo', B, { phone: 'p2' })], []],
  ['a part that waits', [row('hel', A)], []],
  ['a part that has waited', [row('lo', B, { isOld: true })], [['lo', [1]]]],
] as const)('%s', (_label, rows, messages) => {
  expect(joinParts(rows).map(({ text, missing }) => [text, missing])).toEqual(messages);
});

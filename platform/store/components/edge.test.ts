import { expect, test } from 'vitest';
import { edgeOf, type KnownStatus } from './edge.ts';
import type { ComponentLevel } from './records.ts';

/** Which of several reports are changes. */
function edges(...reports: readonly (readonly [ComponentLevel, string])[]): boolean[] {
  let known: KnownStatus | null = null;
  return reports.map(([level, type]) => {
    const edge = edgeOf(known, { level, type });
    known = { level, types: edge.types };
    return edge.isEdge;
  });
}

test.each([
  ['the first report is a change', [['ok', 'bound']], [true]],
  [
    'the same again is none',
    [
      ['ok', 'bound'],
      ['ok', 'bound'],
    ],
    [true, false],
  ],
  [
    'another level is one',
    [
      ['ok', 'bar'],
      ['degraded', 'bar'],
    ],
    [true, true],
  ],
  [
    'another type is one, once',
    [
      ['down', 'a'],
      ['down', 'b'],
      ['down', 'a'],
      ['down', 'b'],
    ],
    [true, true, false, false],
  ],
  [
    'a type is new again after another level',
    [
      ['down', 'a'],
      ['ok', 'b'],
      ['down', 'a'],
    ],
    [true, true, true],
  ],
] as const)('%s', (_label, reports, expected) => {
  expect(edges(...reports)).toEqual(expected);
});

test('types that are made up for each report stop being changes', () => {
  const reports = Array.from({ length: 60 }, (_, n) => ['ok', `type ${n}`] as const);
  expect(edges(...reports).filter(Boolean)).toHaveLength(50);
});

import { describe, expect, it } from 'vitest';
import { pickShare, type Share } from './pick-route.ts';

const users = Array.from({ length: 2000 }, (_, index) => `+2776${String(index).padStart(7, '0')}`);
const pick = (shares: readonly Share[], down: readonly string[] = []) =>
  users.map((user) => pickShare(shares, user, ({ name }) => !down.includes(name))?.name);
const countOf = (picked: readonly (string | undefined)[], name: string): number =>
  picked.filter((one) => one === name).length;

describe('users that routes share', () => {
  it('are split by weight', () => {
    const picked = pick([
      { name: 'a', weight: 3 },
      { name: 'b', weight: 1 },
    ]);
    expect(countOf(picked, 'a')).toBeGreaterThan(1400);
    expect(countOf(picked, 'a')).toBeLessThan(1600);
  });

  it('move as few as must when one is added, goes down or comes back', () => {
    const two = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 1 },
    ];
    const before = pick(two);
    const three = pick([...two, { name: 'c', weight: 1 }]);
    expect(three.filter((name, index) => name !== before[index] && name !== 'c')).toEqual([]);
    const without = pick(two, ['b']);
    expect(new Set(without)).toEqual(new Set(['a']));
    expect(pick(two)).toEqual(before);
  });

  it.each<[string, readonly Share[], readonly string[], string]>([
    [
      'the first place',
      [
        { name: 'a', failover: 0 },
        { name: 'b', failover: 1 },
      ],
      [],
      'a',
    ],
    [
      'the next while the first is down',
      [
        { name: 'a', failover: 0 },
        { name: 'b', failover: 1 },
      ],
      ['a'],
      'b',
    ],
    [
      'the first, to wait, when all are down',
      [
        { name: 'a', failover: 0 },
        { name: 'b', failover: 1 },
      ],
      ['a', 'b'],
      'a',
    ],
    [
      'one without a place before one with a later',
      [
        { name: 'b', failover: 1 },
        { name: 'a', weight: 5 },
      ],
      [],
      'a',
    ],
    [
      'nobody of weight 0 beside another',
      [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0 },
      ],
      [],
      'a',
    ],
    [
      'one of weight 0 when the other is down',
      [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0 },
      ],
      ['a'],
      'b',
    ],
  ])('go to %s', (_what, shares, down, expected) => {
    expect(new Set(pick(shares, down))).toEqual(new Set([expected]));
  });
});

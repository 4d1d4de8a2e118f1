import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { measureSlowness, patiently } from './patience.ts';

describe('eventually', () => {
  test('answers what holds, when it does', async () => {
    let looks = 0;
    const look = async (): Promise<number> => ++looks;
    expect(await eventually(look, (seen) => seen === 3)).toBe(3);
  });

  test('fails with what it saw last', async () => {
    await expect(
      eventually(
        () => ({ state: 'binding' }),
        () => false,
        1,
      ),
    ).rejects.toThrow(/never held .* last seen: {"state":"binding"}/);
  });

  test('looks once more however short the limit was', async () => {
    expect(await eventually(() => 'there', Boolean, 0)).toBe('there');
  });
});

test('a limit is never shorter than on a quiet machine', () => {
  expect(measureSlowness()).toBeGreaterThanOrEqual(1);
  expect(patiently(1000)).toBeGreaterThanOrEqual(1000);
});

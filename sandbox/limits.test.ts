import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, limitsSchema, lowerLimits } from './limits.ts';

test('a bundle may lower a limit and not raise one', () => {
  const limits = lowerLimits(DEFAULT_LIMITS, { wall_ms: 100, memory_mb: 4096, sends: 0 });
  expect(limits).toEqual({ ...DEFAULT_LIMITS, wall_ms: 100, sends: 0 });
});

test('an unknown limit is refused', () => {
  expect(limitsSchema.partial().safeParse({ cpu: 1 }).success).toBe(false);
});

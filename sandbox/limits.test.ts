import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, limitsOf, limitsSchema } from './limits.ts';

test('a bundle may lower a limit and not raise one', () => {
  const limits = limitsOf(DEFAULT_LIMITS, { manifest: { wall_ms: 100, memory_mb: 4096, sends: 0 } });
  expect(limits).toEqual({ ...DEFAULT_LIMITS, wall_ms: 100, sends: 0 });
});

test('the plan of an account goes before the limits of the platform, and a bundle may lower it', () => {
  const limits = limitsOf(DEFAULT_LIMITS, { plan: { sends: 500, memory_mb: 16 }, manifest: { sends: 400 } });
  expect(limits).toEqual({ ...DEFAULT_LIMITS, sends: 400, memory_mb: 16 });
});

test('an unknown limit is refused', () => {
  expect(limitsSchema.partial().safeParse({ cpu: 1 }).success).toBe(false);
});

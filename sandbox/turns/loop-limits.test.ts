import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { LoadedApp } from '../apps/app.ts';
import { LoopLimits } from './loop-limits.ts';

const app = { key: 'clinic/hello', limits: { ...DEFAULT_LIMITS, generations: 4 } } as LoadedApp;
const NOW = Date.UTC(2026, 10, 24, 8);

test('a chain of events is told of half way and dropped when it is too long, once each', () => {
  const loops = new LoopLimits();
  const judge = (generation: number) => loops.judgeEvent(app, { root: 'r', generation, at: NOW }, NOW);
  expect(judge(1)).toEqual({ reason: null, line: null });
  expect(judge(2)).toMatchObject({
    reason: null,
    line: { level: 'warn', text: expect.stringContaining('it ends at 4') },
  });
  expect(judge(3)).toEqual({ reason: null, line: null });
  expect(judge(4)).toMatchObject({
    reason: expect.stringContaining('may be a loop'),
    line: { level: 'error' },
  });
  expect(judge(4)).toMatchObject({ reason: expect.stringContaining('may be a loop'), line: null });
});

test('a chain that fans out is dropped however short it is', () => {
  const loops = new LoopLimits();
  const verdicts = Array.from({ length: 60 }, () =>
    loops.judgeEvent(app, { root: 'r', generation: 1, at: NOW }, NOW),
  );
  expect(verdicts.filter(({ reason }) => reason === null)).toHaveLength(40);
  expect(loops.judgeEvent(app, { root: 'other', generation: 1, at: NOW }, NOW).reason).toBeNull();
});

test('of one app so many failures are tried again and no more', () => {
  const loops = new LoopLimits();
  const retries = Array.from({ length: 120 }, () => loops.mayRetry(app, NOW));
  expect(retries.filter(Boolean)).toHaveLength(100);
});

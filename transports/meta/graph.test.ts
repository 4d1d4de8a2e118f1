import { expect, it } from 'vitest';
import { graphError, graphVerdict } from './graph.ts';

it.each([
  [4, 'throttled'],
  [80_007, 'throttled'],
  [130_429, 'throttled'],
  [131_048, 'throttled'],
  [133_016, 'throttled'],
  [190, 'unauthorized'],
  [131_026, undefined],
])('an error of code %i is of the whole account, or of one message: %s', (code, kind) => {
  const body = Buffer.from(JSON.stringify({ error: { code, message: 'no' } }));
  const error = graphError({ kind: 'answered', status: 400, headers: {}, body });
  expect(error).toEqual({ code, text: 'no' });
  expect(error === null ? null : graphVerdict(error)?.kind).toBe(kind);
});

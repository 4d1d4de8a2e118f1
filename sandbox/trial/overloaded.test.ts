import { expect, test } from 'vitest';
import { runTranscript } from './self-test.ts';
import type { Trial } from './trial.ts';
import { prepareApp, type LoadedApp } from '../apps/app.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS } from '../limits.ts';

async function app(): Promise<LoadedApp> {
  return prepareApp({ account: 'tests', app: 'x' }, 1, {
    code: { code: '({})', map: null, manifest: {} },
    settings: { config: {}, secrets: {} },
    limits: { sdk: DEFAULT_LIMITS, classic: CLASSIC_LIMITS },
  });
}

/** A trial whose handler ends for this reason. */
function trialOf(reason: 'wall' | 'overload'): Trial {
  const end = { kind: 'failed', reason, text: 'it was given only 0.1 s' };
  return { run: () => Promise.resolve({ end, log: [] }) } as unknown as Trial;
}

test.each([
  [
    'overload',
    'machine.overloaded',
    /^the machine is overloaded: it was given only 0\.1 s, and nothing is wrong/,
  ],
  ['wall', 'app.self_test_failed', /^step 1 of transcript\.json/],
] as const)('an author is told whether it was the machine or his app: %s', async (reason, code, message) => {
  const transcript = [{ from: '+1', say: 'hi', expect: 'hello' }];
  await expect(runTranscript(trialOf(reason), await app(), transcript)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { LoadedApps, type LimitsByKind } from './app.ts';

const LIMITS: LimitsByKind = { sdk: DEFAULT_LIMITS, classic: DEFAULT_LIMITS };
const ROOM = 1000;

function setUp(codeLength: number) {
  const fetched: string[] = [];
  const apps = new LoadedApps(
    {
      loadVersion: async ({ app }) => {
        fetched.push(app);
        return { code: 'x'.repeat(codeLength), map: null, manifest: {} };
      },
      settings: async () => ({ config: {}, secrets: {} }),
    },
    LIMITS,
    ROOM,
  );
  const use = (app: string) => apps.load({ account: 'tests', app }, 1);
  return { apps, use, fetched };
}

test('an app is fetched once, and again after it was forgotten', async () => {
  const { apps, use, fetched } = setUp(10);
  const app = await use('a');
  expect(await use('a')).toBe(app);
  apps.forget(app);
  await use('a');
  expect(fetched).toEqual(['a', 'a']);
});

test('when there is too much code, the app that was used the longest ago is fetched again', async () => {
  const { use, fetched } = setUp(0.4 * ROOM);
  for (const app of ['a', 'b', 'a', 'c', 'a', 'b']) await use(app);
  expect(fetched).toEqual(['a', 'b', 'c', 'b']);
});

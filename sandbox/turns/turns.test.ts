import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { NO_PRIVATE_SERVICES } from '@vumi/http';
import { createSecretRemoval } from '../recording/secret-removal.ts';
import type { LoadedApp } from '../apps/app.ts';
import type { RunnerKills } from '../fleet/runner-kills.ts';
import type { Instance, Instances } from '../apps/instances.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';
import { Turns } from './turns.ts';

const app: LoadedApp = {
  ref: { account: 'tests', app: 'x' },
  key: 'tests/x',
  slot: 'tests/x@1',
  talks: false,
  kind: 'sdk',
  version: 1,
  limits: DEFAULT_LIMITS,
  settings: { config: {}, secrets: {} },
  manifest: {},
  secretRemoval: createSecretRemoval({}),
  services: NO_PRIVATE_SERVICES,
  mapStack: (stack) => stack,
  frame: { limits: '{}', settings: '{}', code: '""', guest: null, digest: null },
};

test('a turn that was lost runs with care the next time', async () => {
  const sent = new EventTarget();
  const runner = {
    onlyFor: null,
    send: (frame: readonly string[]) => sent.dispatchEvent(new CustomEvent('frame', { detail: frame })),
  } as unknown as RunnerProcess;
  const instances = {
    get: async () => ({ id: '1', runner, warm: true }) as unknown as Instance,
    enter: () => {},
    release: () => {},
  } as unknown as Instances;
  const nextFrame = (): Promise<unknown> =>
    new Promise((resolve) =>
      sent.addEventListener('frame', (event) => resolve((event as CustomEvent).detail), { once: true }),
    );
  const turns = new Turns(instances, { served: () => {} }, { failed: () => {} } as unknown as RunnerKills);

  const first = nextFrame();
  const outcome = turns.run({
    app,
    messageId: 'm',
    start: '{}',
    wallMs: 1000,
    begin: () => {},
    answer: () => Promise.reject(new Error('nothing is asked')),
  });
  expect(await first).toEqual(['turn', '1', '1', '1000', '', '', '{}']);
  const second = nextFrame();
  turns.onFrame(runner, ['lost', '1']);
  expect(await second).toEqual(['turn', '1', '1', '1000', '1', '', '{}']);
  turns.onFrame(runner, ['done', '1', '0', '{}']);
  expect((await outcome).end).toEqual({ kind: 'done', effects: '{}' });
});

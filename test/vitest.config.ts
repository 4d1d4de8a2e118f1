import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureSlowness } from '@vumi/machine/testing';
import { defineConfig } from 'vitest/config';
import { FailedFiles } from './failed-files.ts';
import { LongFirst } from './long-first.ts';
import { RunEnd } from './run-end.ts';

/** Limits of tests are multiplied by it: a run beside other work takes longer and is no less right. */
const patience = Math.max(Number(process.env['VUMI_TEST_PATIENCE'] ?? 1), measureSlowness());
/** Half of the CPU that a process of ours takes to start is for reading its TypeScript: once for all of a run's. */
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'vumi-test-compile-cache');
/** Only ends what hangs: what is late fails by the limits of the test's own waits. */
const LONGEST_TEST_MS = 300_000 * patience;
const processors = availableParallelism();

const common = {
  globalSetup: fileURLToPath(new URL('template.setup.ts', import.meta.url)),
  // isolated-vm needs --no-node-snapshot, which worker threads refuse: hence forks.
  pool: 'forks' as const,
  execArgv: ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'],
  // Most tests wait for something most of the time.
  maxWorkers: processors > 4 ? processors : processors + 1,
  testTimeout: LONGEST_TEST_MS,
  hookTimeout: LONGEST_TEST_MS,
  expect: { poll: { timeout: 30_000 * patience, interval: 10 } },
};
const failedFiles = process.env['VUMI_TEST_FAILED'];
const env = (backend: 'embedded' | 'servers') => ({
  VUMI_TEST_BACKEND: backend,
  VUMI_TEST_PATIENCE: String(patience),
});
const suites = ['test/**/*.test.ts'];
/** Which servers there are makes no difference to these. */
const serverless = [
  'test/chaos/every-step.test.ts',
  'test/chaos/{conversation,framed,push,stream,ussd,web-chat}-kill.test.ts',
  'test/classic/**',
  'test/conformance/smpp-properties.test.ts',
  'test/flow/{backup,dev-command,junebug-channels,links-of-docs,packages,walkthroughs}.test.ts',
  'test/flow/workers-page.test.ts',
  'test/reference/**',
  'test/run-end.test.ts',
  'test/walkthrough/**',
  'test/security/!(cross-tenant*).test.ts',
];
const exclude = ['**/node_modules/**', 'test/bench/**', 'test/browser/**'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    reporters: [
      'default',
      new RunEnd({ farewellMs: 15_000 * patience, silenceMs: LONGEST_TEST_MS + 60_000 * patience }),
      ...(failedFiles === undefined ? [] : [new FailedFiles(failedFiles)]),
    ],
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['{platform,transports,sandbox,sdk,sample-apps}/**/*.test.ts'],
          exclude,
          env: env('embedded'),
        },
      },
      {
        test: {
          ...common,
          name: 'embedded',
          include: suites,
          exclude: [...exclude, '**/*.servers.test.ts', '**/*.loaded.test.ts'],
          env: env('embedded'),
        },
      },
      {
        test: {
          ...common,
          name: 'loaded',
          include: ['test/**/*.loaded.test.ts'],
          env: env('embedded'),
        },
      },
      {
        test: {
          ...common,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          env: env('embedded'),
        },
      },
      {
        test: {
          ...common,
          name: 'servers',
          include: suites,
          exclude: [...exclude, ...serverless, '**/*.loaded.test.ts'],
          env: env('servers'),
        },
      },
    ],
  },
});

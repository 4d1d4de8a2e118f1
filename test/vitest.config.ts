import { defineConfig } from 'vitest/config';

// isolated-vm needs --no-node-snapshot, which worker threads refuse: hence forks.
const forks = {
  pool: 'forks' as const,
  execArgv: ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'],
};
const suites = ['test/**/*.test.ts'];
const exclude = ['**/node_modules/**', 'test/bench/**', 'test/browser/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...forks,
          name: 'unit',
          include: ['{platform,transports,sandbox,sdk,sample-apps}/**/*.test.ts'],
          exclude,
        },
      },
      {
        test: {
          ...forks,
          name: 'embedded',
          include: suites,
          exclude: [...exclude, '**/*.servers.test.ts'],
          env: { VUMI_TEST_BACKEND: 'embedded' },
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...forks,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          env: { VUMI_TEST_BACKEND: 'embedded' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...forks,
          name: 'servers',
          include: suites,
          exclude,
          env: { VUMI_TEST_BACKEND: 'servers' },
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});

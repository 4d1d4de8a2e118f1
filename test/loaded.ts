/**
 * Runs tests beside processes that want all processors for themselves: slow must not mean wrong. Arguments choose tests
 * as vitest's do; without any, those run that judge by time or begin whole platforms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBurners } from './burners.ts';

const BURNERS = 8;
const PARTS = [
  'test/flow/overload',
  'test/chaos/first-start',
  'test/flow/sample-apps',
  'test/flow/classic-app',
  'test/security/runner-kill',
  'sandbox/start-sandbox.test',
  'transports/smpp/session',
  'transports/smpp/binding',
];
const LAUNCHER = fileURLToPath(new URL('../platform/cli/vumi.js', import.meta.url));
const PROJECTS = ['unit', 'embedded', 'loaded'].flatMap((name) => ['--project', name]);

const chosen = process.argv.slice(2);
await using _burners = await startBurners(BURNERS);
const options = ['--root', '.', '--config', 'test/vitest.config.ts', ...PROJECTS];
const parts = chosen.length === 0 ? PARTS : chosen;
const tests = spawn(process.execPath, [LAUNCHER, '--run', 'vitest', 'run', ...options, ...parts], {
  stdio: 'inherit',
});
const [code] = (await once(tests, 'exit')) as [number | null];
process.exitCode = code ?? 1;

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patiently } from '@vumi/machine/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRunning } from './is-running.ts';
import { RunEnd } from './run-end.ts';

const LAUNCHER = join(import.meta.dirname, '../platform/cli/vumi.js');
const CONFIG = `
import { RunEnd } from ${JSON.stringify(join(import.meta.dirname, 'run-end.ts'))};
export default {
  test: { pool: 'forks', reporters: ['default', new RunEnd({ farewellMs: 300, silenceMs: ${patiently(5000)} })] },
};`;
const LEAVES_A_CHILD = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
test('leaves a child', () => {
  const child = spawn('sleep', ['1000'], { stdio: 'inherit', detached: true });
  writeFileSync(new URL('child', import.meta.url), String(child.pid));
});`;
/** Its child is nobody's then, and knows the run by its environment alone. */
const DIES = `${LEAVES_A_CHILD}
test('dies', async () => {
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
});`;
const HANGS = `${LEAVES_A_CHILD}
test('hangs', () => { for (;;); });`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, 'run-end-'));
  await writeFile(join(folder, 'vitest.config.mjs'), CONFIG);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a test file as npm test does; what it left behind has ended, too. */
async function runTest(text: string) {
  await writeFile(join(folder, 'one.test.js'), text);
  const args = [LAUNCHER, '--run', 'vitest', 'run', '--root', folder];
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, args, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err });
    });
  });
  const pid = Number(await readFile(join(folder, 'child'), 'utf8'));
  await expect.poll(() => isRunning(pid)).toBe(false);
  return { code, said };
}

describe.runIf(process.platform === 'linux')('a run of tests ends and says so', () => {
  it('when a process was left behind that holds its output', async () => {
    const { code, said } = await runTest(LEAVES_A_CHILD);
    expect(said).toMatch(/these processes are not:[^]*\d+ sleep 1000/);
    expect(code).toBe(0);
  });

  it('when a worker was killed in the middle of a test', async () => {
    const { code, said } = await runTest(DIES);
    expect(said).toContain('SIGKILL');
    expect(code).toBe(1);
  });

  it('when a test keeps its thread', async () => {
    const { code, said } = await runTest(HANGS);
    expect(said).toMatch(/nothing was heard for \d+ s of one\.test\.js; ending/);
    expect(code).toBe(1);
  });
});

it('a long test is not ended while it tells of its progress', () => {
  const { VUMI_TEST_RUN: run } = process.env;
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    if (run !== undefined) process.env['VUMI_TEST_RUN'] = run;
  });
  const end = new RunEnd({ farewellMs: 1000, silenceMs: 10_000 });
  end.onTestRunStart();
  for (let told = 0; told < 10; told += 1) {
    vi.advanceTimersByTime(9000);
    end.onUserConsoleLog();
  }
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(11_000);
  expect(exit).toHaveBeenCalledWith(1);
  expect(write).toHaveBeenCalledWith(expect.stringContaining('nothing was heard for 10 s'));
});

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { lostBetween, lostByProcess, readProcess, readThread, type ThreadReading } from './threads.ts';

const START: ThreadReading = { at: 0, cpuMs: 0, waitedMs: 0, runnable: false };

test.each([
  ['that slept has lost nothing', { ...START, at: 1000 }, 0],
  ['that worked has lost nothing', { at: 1000, cpuMs: 1000, waitedMs: 0, runnable: true }, 0],
  [
    'that worked and waited has lost its waits',
    { at: 1000, cpuMs: 300, waitedMs: 200, runnable: false },
    200,
  ],
  ['that still waits has lost that too', { at: 1000, cpuMs: 100, waitedMs: 0, runnable: true }, 900],
  ['cannot lose more than went by', { at: 100, cpuMs: 0, waitedMs: 500, runnable: false }, 100],
])('a thread %s', (_label, to, lost) => {
  expect(lostBetween(START, to)).toBe(lost);
});

test('what the threads of a process have lost adds up, also of those that began meanwhile', () => {
  const from = new Map([['1', START]]);
  const to = new Map([
    ['1', { ...START, at: 1000, waitedMs: 100 }],
    ['2', { ...START, at: 1000, waitedMs: 50 }],
  ]);
  expect(lostByProcess(from, to)).toBe(150);
});

test.runIf(process.platform === 'linux')(
  'a process and its threads can be read, one that has ended cannot',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    const { pid = 0 } = child;
    expect(readThread(pid)).toMatchObject({ cpuMs: expect.any(Number) as number });
    expect(readProcess(pid)?.has(String(pid))).toBe(true);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(readThread(pid)).toBeNull();
    expect(readProcess(pid)).toBeNull();
  },
);

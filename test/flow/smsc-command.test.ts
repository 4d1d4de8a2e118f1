import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';

const VUMI = 'platform/cli/vumi.js';
const run = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('vumi smsc', () => {
  let folder: string;
  let simulator: ChildProcess;
  let said = '';
  let smsc = '';
  let url = '';

  async function vumi(...words: string[]): Promise<Ended> {
    return run('node', [VUMI, ...words]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Ended) => error,
    );
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vumi-smsc-'));
    const script = join(folder, 'script.yaml');
    await writeFile(script, 'accounts: {load: secret}\nrules:\n  - {nth: 2, do: {status: ESME_RSYSERR}}\n');
    simulator = spawn('node', [VUMI, 'smsc', 'run', '--script', script, '--port', '0', '--http-port', '0']);
    simulator.stdout?.on('data', (chunk) => (said += String(chunk)));
    await eventually(
      () => said,
      (text) => text.includes('npx vumi phone'),
    );
    smsc = /binds at (\S+) \(load\)/.exec(said)?.[1] ?? '';
    url = /(http:\S+):\s/.exec(said)?.[1] ?? '';
  });

  afterAll(async () => {
    const ended = once(simulator, 'exit');
    simulator.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });

  it('runs by its script, is loaded, and shows what it saw', async () => {
    const password = ['--system-id', 'load', '--password', 'secret'];
    const load = await vumi('smpp', 'load', smsc, ...password, '--rate', '500', '--count', '50', '--json');
    expect(JSON.parse(load.stdout)).toMatchObject({
      sent: 50,
      answered: 50,
      refused: { ESME_RSYSERR: 1 },
      lost: 0,
      doubled: 0,
      mismatched: 0,
    });
    expect(load.code).toBe(0);
    expect((await vumi('smsc', 'counters', '--url', url)).stdout).toMatch(/submits +49\n/);
    const log = (await vumi('smsc', 'log', '--url', url, '--limit', '500')).stdout;
    expect(log).toMatch(/→ bind_transceiver .*password=\*{8}/);
    expect(log).toMatch(/← submit_sm_resp \d+ ESME_RSYSERR/);
    expect(log).not.toContain('secret');
  });

  it('does something else when it is told to', async () => {
    const other = join(folder, 'other.yaml');
    await writeFile(other, 'receipts: {after_ms: never}\n');
    expect(JSON.parse((await vumi('smsc', 'script', other, '--url', url)).stdout)).toEqual({
      receipts: { after_ms: 'never' },
    });
    const load = await vumi('smpp', 'load', smsc, '--count', '5', '--settle', '0.2');
    expect(load).toMatchObject({ code: 1, stderr: expect.stringContaining('5 lost, 0 doubled') });
    await writeFile(other, 'receipts: {after: never}\n');
    expect((await vumi('smsc', 'script', other, '--url', url)).stderr).toContain('receipts.after');
    expect((await vumi('smsc', 'fail', 'disconnect', '--url', url)).stdout).toBe(
      'disconnect in 0 session(s)\n',
    );
    expect((await vumi('smsc', 'fail', 'explode', '--url', url)).stderr).toContain('one of disconnect');
  });

  it('says what is wrong with a script before it listens', async () => {
    const wrong = join(folder, 'wrong.yaml');
    await writeFile(wrong, 'rulez: []\n');
    expect(await vumi('smsc', 'run', '--script', wrong)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "rules"'),
    });
    expect(await vumi('smsc', 'run', '--tls-key', wrong)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--tls-cert'),
    });
  });

  it('loads only this machine unless it is told to', async () => {
    expect(await vumi('smpp', 'load', '192.0.2.1:2775')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--anywhere'),
    });
  });
});

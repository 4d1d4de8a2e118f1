import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { routerTypes } from '@vumi/dispatch';
import { runWorkerCommand, workerTypes } from '@vumi/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../platform.ts';

const ROOT = join(import.meta.dirname, '../..');
const VUMI = join(ROOT, 'platform/cli/vumi.js');
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const page = await readFile(join(ROOT, 'docs/workers.md'), 'utf8');
/** Transports have a page of their own. */
const lines = [page, await readFile(join(ROOT, 'docs/channels/README.md'), 'utf8')].join('\n').split('\n');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeAll(async () => {
  delete process.env['VUMI_BROKER_URL'];
  folder = await mkdtemp(join(tmpdir(), 'vumi-workers-page-'));
  for (const [, text = ''] of page.matchAll(/```yaml\n([\s\S]*?)```/g)) {
    const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    if (name !== undefined) await writeFile(join(folder, name), text);
  }
});
afterAll(async () => rm(folder, { recursive: true }));

async function vumi(...words: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], VUMI_DATA_DIR: join(folder, 'data') };
  return promisify(execFile)(process.execPath, [...FLAGS, VUMI, ...words], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );
}

const commands = [...page.matchAll(/^npx vumi (worker .*)$/gm)].map(([, line = '']) =>
  line.replace(/ +#.*/, ''),
);

describe('the page of workers', () => {
  test('has commands', () => {
    expect(commands.length).toBeGreaterThan(6);
  });

  test.each(commands.filter((line) => line.includes('--config')))('%s is right', async (line) => {
    const words = line.split(' ').map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
    expect(await runWorkerCommand([...words.slice(1), '--strict', '--check'])).toBeNull();
  });

  test.each([...workerTypes, ...Object.values(routerTypes)])(
    'tells of $type',
    ({ type, aliases, summary }) => {
      const row =
        lines.find((line) => line.startsWith(`| \`${type}\` `) || line.startsWith(`- [\`${type}\`]`)) ?? '';
      const classes = aliases.map((alias) => alias.slice(alias.lastIndexOf('.') + 1));
      // One that Vumi kept for old configurations is not worth a word.
      for (const name of classes.filter((name) => !name.endsWith('OldConfig'))) expect(row).toContain(name);
      expect(row).toContain(summary.replace(/[,.].*$/, ''));
    },
  );
});

describe('vumi worker', () => {
  test.each([
    ['vumi.transports.smpp.SmppTransport', 'smpp.yaml'],
    ['vumi.transports.smpp.SmppTransceiverTransport', 'smpp.yaml'],
    ['vumi.transports.api.HttpApiTransport', 'http-api.yaml'],
    ['vumi.transports.api.api.HttpApiTransport', 'http-api.yaml'],
    ['vumi.application.http_relay.HTTPRelayApplication', 'http-relay.yaml'],
    ['vumi.application.HTTPRelayApplication', 'http-relay.yaml'],
    ['vumi.demos.static_reply.StaticReplyApplication', 'static-reply.yaml'],
    ['vumi.multiworker.MultiWorker', 'multi-worker.yaml'],
    ['vumi.dispatchers.BaseDispatchWorker', 'content-keyword.yaml'],
    ['vumi.dispatchers.base.BaseDispatchWorker', 'middleware.yaml'],
    ['vumi.dispatchers.endpoint_dispatchers.RoutingTableDispatcher', 'routing-table.yaml'],
  ])('%s takes %s as it stands', async (name, file) => {
    const config = join(import.meta.dirname, 'vumi-yaml', file);
    expect(await runWorkerCommand([name, '--config', config, '--strict', '--check'])).toBeNull();
  });

  test.each([
    ['a mistyped type', ['smp'], 'did you mean "smpp"'],
    ['a mistyped class', ['vumi.transports.SmppTransprot'], 'did you mean "SmppTransport"'],
    ['a mistyped option of its own', ['smpp', '--cofnig', 'x'], "unknown option '--cofnig'"],
    ['no transport_name', ['smpp'], '"transport_name" is missing'],
    ['a name in capitals', ['smpp', '--set-option', 'transport_name:SMPP'], 'must be lower case'],
    [
      'all that is missing',
      ['smpp', '--set-option', 'TRANSPORT_NAME:a'],
      '"system_id" is missing; "password" is missing',
    ],
    ['no broker', ['echo', '--set-option', 'transport_name:a'], 'set VUMI_BROKER_URL'],
    [
      'a strange option, strictly',
      ['echo', '--set-option', 'trasport_name:a', '--strict'],
      'did you mean "transport_name"',
    ],
  ])('refuses %s', async (_label, words, text) => {
    const message = expect.stringContaining(text) as string;
    await expect(runWorkerCommand(words)).rejects.toMatchObject({ code: 'config.invalid', message });
  });

  test('tells its options, and of a mistake by its exit code', async () => {
    const [help, wrong] = await Promise.all([vumi('worker', 'help', 'SmppTransport'), vumi('worker', 'smp')]);
    expect(help.stdout).toMatch(/^ {2}system_id \(text, required\)$/m);
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"smpp"') });
  });

  test('runs until it is told to stop, and then ends well', async () => {
    const env = { PATH: process.env['PATH'], VUMI_DATA_DIR: join(folder, 'running') };
    const words = ['worker', 'multi_worker', '--config', 'everything.yaml', '--log-level', 'silent'];
    const child = spawn(process.execPath, [...FLAGS, VUMI, ...words], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let said = '';
    child.stdout?.on('data', (chunk) => (said += String(chunk)));
    await eventually(
      () => said,
      (text) => text.includes('worker everything (multi_worker) runs'),
    );
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkerCommand } from '@vumi/host';
import { expect, test } from 'vitest';
import { backend } from '../backend.ts';
import { freePort } from '@vumi/machine/testing';
import { eventually } from '../platform.ts';
import { PythonPeer } from '../python-peer.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/extending.md'), 'utf8');

test.each([
  'examples.yaml',
  'line-transport.ts',
  'initial-router.ts',
  'signature-middleware.ts',
  'visits-application.ts',
])('the page of the docs shows %s as it is', (file) => {
  expect(PAGE).toContain(readFileSync(join(import.meta.dirname, file), 'utf8'));
});

test('the four, each named as a file by a configuration, carry a conversation', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-examples-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const python = backend === 'servers' ? stack.use(await PythonPeer.connect()) : null;
  const broker = python === null ? [] : ['--broker-url', python.url, '--broker-namespace', python.namespace];
  const port = await freePort();
  const config = ['--config', join(import.meta.dirname, 'examples.yaml'), '--strict', '--data-dir', dataDir];
  // The port is the one thing that cannot stay as it stands.
  const option = ['--set-option', `lines:{transport_name: lines, port: ${port}}`, '--log-level', 'silent'];
  const worker = await runWorkerCommand(['multi_worker', ...config, ...option, ...broker]);
  if (worker !== null) stack.use(worker);
  const say = async (name: string, lines: string[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    stack.defer(() => void socket.destroy());
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    socket.write([name, ...lines, ''].join('\n'));
    return eventually(
      () => heard,
      (text) => text.split('\n').length > lines.length,
    );
  };
  expect(await say('ann', ['hi', 'again'])).toBe(
    'Hello ann, visit 1 -- the clinic\nHello ann, visit 2 -- the clinic\n',
  );
  expect(await say('bob', ['hi'])).toBe('Welcome bob, visit 1 -- the clinic\n');
});

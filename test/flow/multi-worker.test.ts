import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkerCommand } from '@vumi/host';
import { expect, test } from 'vitest';
import { backend } from '../backend.ts';
import { PythonPeer } from '../python-peer.ts';
import { SmscPeer } from '../smsc-peer.ts';

const FILE = join(import.meta.dirname, 'vumi-yaml', 'multi-worker.yaml');

test('several workers in one process join an SMSC and two applications', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-multi-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const smsc = stack.use(await SmscPeer.start());
  const python = backend === 'servers' ? stack.use(await PythonPeer.connect()) : null;
  const broker = python === null ? [] : ['--broker-url', python.url, '--broker-namespace', python.namespace];
  // The port is the one thing that a test cannot leave as it stands.
  const smpp = `smpp:{transport_name: smpp_transport, host: 127.0.0.1, port: ${smsc.port}, system_id: vumi, password: secret}`;
  const own = ['--config', FILE, '--data-dir', dataDir, '--log-level', 'silent', '--strict'];
  const running = await runWorkerCommand(['multi_worker', '--set-option', smpp, ...own, ...broker]);
  if (running !== null) stack.use(running);
  await smsc.deliver('27831234567', '8000', 'echo this');
  await smsc.deliver('27831234567', '8000', 'good morning');
  await expect
    .poll(() => smsc.submitted.map(({ text }) => text).toSorted())
    .toEqual(['Hello 27831234567.', 'echo this']);
});

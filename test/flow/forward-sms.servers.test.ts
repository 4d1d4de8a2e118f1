import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReceiver, type Received } from '@vumi/applications/testing';
import { isSigned, signRequest, type TransportEvent, type UserMessage } from '@vumi/core';
import { runWorkerCommand } from '@vumi/host';
import { expect, test } from 'vitest';
import { freePort } from '@vumi/machine/testing';
import { eventually, startTestPlatform } from '../platform.ts';
import { PythonPeer } from '../python-peer.ts';
import { SmscPeer } from '../smsc-peer.ts';

const PAGE = join(import.meta.dirname, '../../docs/forward-sms-to-a-url.md');
const ALICE = '27761234567';
const BOB = '27769999999';

/** Writes the files of the page into a folder; addresses are the one thing that cannot stay as it stands. */
async function writeFiles(folder: string, addresses: Readonly<Record<string, string>>): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  for (const [, name = '', text = ''] of page.matchAll(/```yaml\n# (\S+)\n([^]*?)```/g)) {
    const changed = Object.entries(addresses).reduce((all, [old, now]) => all.replaceAll(old, now), text);
    await writeFile(join(folder, name), changed);
  }
}

/** The words after `npx vumi worker` of each command of the page. */
async function commands(folder: string): Promise<string[][]> {
  const lines = (await readFile(PAGE, 'utf8')).matchAll(/^npx vumi worker (--worker-class .*)$/gm);
  return [...lines].map(([, line = '']) =>
    line.split(' ').map((word) => (word.endsWith('.yaml') ? join(folder, word) : word)),
  );
}

interface Posted {
  readonly user: string;
  readonly number: number;
  readonly what: string;
}

function read({ headers, body }: Received): Posted {
  const posted = JSON.parse(body) as UserMessage | TransportEvent;
  const what = 'event_type' in posted ? String(posted['event_type']) : String(posted['content']);
  return {
    user: decodeURIComponent(String(headers['x-vumi-user'])),
    number: Number(headers['x-vumi-sequence']),
    what,
  };
}

test('the page forwards SMSs to a URL, and loses none while the URL answers 500', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vumi-forward-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const smsc = stack.use(await SmscPeer.start());
  const python = stack.use(await PythonPeer.connect());
  let failing = true;
  const taken = new Map<string, Received>();
  const receiver = stack.use(
    await openReceiver((request) => {
      if (failing) return { status: 500 };
      taken.set(String(request.headers['idempotency-key']), request);
      const { what } = read(request);
      const isEvent = request.body.includes('"message_type":"event"');
      return isEvent
        ? { status: 204 }
        : { status: 200, headers: { 'X-Vumi-HTTPRelay-Reply': 'true' }, body: `You said: ${what}` };
    }),
  );
  await writeFiles(folder, {
    'smsc.example': '127.0.0.1',
    '2775': String(smsc.port),
    'http://127.0.0.1:8080/sms': receiver.url,
  });
  for (const [index, words] of (await commands(folder)).entries()) {
    const own = ['--data-dir', join(folder, String(index)), '--log-level', 'silent', '--strict'];
    const broker = ['--broker-url', python.url, '--broker-namespace', python.namespace];
    const worker = await runWorkerCommand([...words, ...own, ...broker]);
    if (worker !== null) stack.use(worker);
  }
  const texts = ['one', 'two', 'three'];
  for (const text of texts) for (const from of [ALICE, BOB]) await smsc.deliver(from, '8000', text);
  await eventually(
    () => receiver.received.length,
    (count) => count >= 4,
  );
  expect(smsc.submitted).toEqual([]);
  failing = false;
  await expect
    .poll(() => smsc.submitted.map(({ to, text }) => `${to} ${text}`).toSorted())
    .toEqual([ALICE, BOB].flatMap((to) => texts.map((text) => `${to} You said: ${text}`)).toSorted());

  // Each message, the ack of its answer, and the receipt.
  await eventually(
    () => taken.size,
    (count) => count === 18,
  );
  const posted = [...taken.values()].map(read);
  for (const user of [ALICE, BOB]) {
    const own = posted.filter((one) => one.user.endsWith(user));
    expect(own.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(own.map(({ what }) => what).filter((what) => texts.includes(what))).toEqual(texts);
    expect(own.map(({ what }) => what).toSorted()).toEqual(
      [...texts, ...Array.from({ length: 3 }, () => ['ack', 'delivery_report']).flat()].toSorted(),
    );
  }
  const [first] = taken.values();
  const signature = { body: first?.body ?? '', secret: 'a long random text', now: Date.now() };
  expect(isSigned(String(first?.headers['vumi-signature']), signature)).toBe(true);
  expect(first?.headers.authorization).toBe(`Basic ${btoa('me:secret')}`);
});

test('beside the platform a route leads to the relay, and the answer goes back by the transport', async () => {
  await using stack = new AsyncDisposableStack();
  const smsc = stack.use(await SmscPeer.start());
  const receiver = stack.use(
    await openReceiver(({ body }) =>
      body.includes('"message_type":"event"')
        ? { status: 204 }
        : { status: 200, headers: { 'X-Vumi-HTTPRelay-Reply': 'true' }, body: 'from the URL' },
    ),
  );
  const world = stack.use(await startTestPlatform());
  const { url, namespace } = world.place.settings['broker'] as { url: string; namespace: string };
  const folder = await mkdtemp(join(tmpdir(), 'vumi-beside-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder, { 'http://127.0.0.1:8080/sms': receiver.url });
  const own = ['--config', join(folder, 'relay.yaml'), '--data-dir', folder, '--log-level', 'silent'];
  const broker = ['--broker-url', url, '--broker-namespace', namespace, '--queue-type', 'quorum'];
  const relay = await runWorkerCommand(['http_relay', ...own, ...broker]);
  if (relay !== null) stack.use(relay);
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'clinic' });
  const config = { host: '127.0.0.1', port: smsc.port, system_id: 'me', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  const route = { connector: 'http_relay', transport: 'peer', to_addr: '8000' };
  await client.must('PUT', '/accounts/clinic/routes/forward', route);
  await smsc.deliver(ALICE, '8000', 'hello');
  await expect
    .poll(() => smsc.submitted.map(({ to, text }) => [to, text]))
    .toEqual([[ALICE, 'from the URL']]);
  const posted = await eventually(
    () => receiver.received,
    (all) => all.length >= 3,
  );
  expect(posted.map(read).map(({ number, what }) => `${number} ${what}`)).toEqual([
    '1 hello',
    '2 ack',
    '3 delivery_report',
  ]);
});

test('the receiver of the page takes what is signed, once, and nothing else', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vumi-receiver-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const [, code = ''] = /```js\n\/\/ receiver\.mjs\n([^]*?)```/.exec(await readFile(PAGE, 'utf8')) ?? [];
  const file = join(folder, 'receiver.mjs');
  await writeFile(file, code.replace('8080', String(port)));
  const receiver = spawn(process.execPath, [file], { stdio: 'ignore' });
  stack.defer(() => void receiver.kill('SIGKILL'));
  const post = async (body: string, secret: string): Promise<readonly [number, string]> => {
    const headers = { 'idempotency-key': 'm1', 'vumi-signature': signRequest(body, [secret], Date.now()) };
    const response = await fetch(`http://127.0.0.1:${port}/sms`, { method: 'POST', body, headers });
    return [response.status, `${response.headers.get('x-vumi-httprelay-reply')} ${await response.text()}`];
  };
  const secret = 'a long random text';
  const first = await eventually(
    () => post('{"content":"hi"}', secret).catch(() => null),
    (answer) => answer !== null,
  );
  expect(first).toEqual([200, 'true You said: hi']);
  expect(await post('{"content":"something else"}', secret)).toEqual(first);
  expect(await post('{"content":"hi"}', 'another')).toEqual([401, 'null ']);
});

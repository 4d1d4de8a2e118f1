import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReceiver } from '@vumi/applications/testing';
import { createUserMessage, sleep, type UserMessage } from '@vumi/core';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually } from '../platform.ts';
import { PythonPeer } from '../python-peer.ts';
import { startWorker } from './start-worker.ts';

const USERS = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];
const EACH = 40;
const KILLS = 2;

interface Seen {
  readonly user: string;
  readonly number: number;
  readonly content: string;
}

const startRelay = (words: readonly string[]): Promise<ChildProcess> => startWorker(['http_relay', ...words]);

test('a relay that is killed again and again posts every message, in order, and replies once to each', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vumi-relay-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const python = stack.use(await PythonPeer.connect());
  const seen = new Map<string, Seen>();
  let requests = 0;
  let killAt = Infinity;
  let relay: ChildProcess | null = null;
  const receiver = stack.use(
    await openReceiver(async ({ headers, body }) => {
      const request = (requests += 1);
      const key = String(headers['idempotency-key']);
      const { content } = JSON.parse(body) as UserMessage;
      const post = {
        user: String(headers['x-vumi-user']),
        number: Number(headers['x-vumi-sequence']),
        content: String(content),
      };
      // Made again, a request says the same.
      expect(seen.get(key) ?? post).toEqual(post);
      seen.set(key, post);
      // Between its request and the answer.
      if (seen.size >= killAt) {
        killAt = Infinity;
        relay?.kill('SIGKILL');
      }
      await sleep(2);
      return { status: 200, headers: { 'X-Vumi-HTTPRelay-Reply': 'true' }, body: `request ${request}` };
    }),
  );
  await writeFile(join(folder, 'relay.yaml'), stringify({ transport_name: 'relay', url: receiver.url }));
  const own = ['--config', join(folder, 'relay.yaml'), '--data-dir', folder, '--log-level', 'silent'];
  const words = [...own, '--broker-url', python.url, '--broker-namespace', python.namespace];
  const replies = (await python.listen('relay', 'outbound')) as readonly UserMessage[];
  relay = await startRelay(words);
  stack.defer(() => void relay?.kill('SIGKILL'));
  const texts = Array.from({ length: EACH }, (_, index) => `text ${index + 1}`);
  const all = USERS.length * EACH;
  killAt = all / (KILLS + 1);
  for (const content of texts) {
    for (const from_addr of USERS)
      await python.publish('relay', 'inbound', createUserMessage({ from_addr, to_addr: '8000', content }));
  }
  for (let kill = 1; kill <= KILLS; kill += 1) {
    if (relay.signalCode === null) await once(relay, 'exit');
    killAt = kill === KILLS ? Infinity : (all * (kill + 1)) / (KILLS + 1);
    relay = await startRelay(words);
  }
  await eventually(
    () => new Set(replies.map(({ message_id }) => message_id)).size,
    (count) => count >= all,
  );
  expect(requests).toBeGreaterThan(all);
  const posts = [...seen.values()];
  for (const user of USERS)
    expect(posts.filter((post) => post.user === user)).toEqual(
      texts.map((content, index) => ({ user, number: index + 1, content })),
    );
  const said = new Set(
    replies.map(({ in_reply_to, message_id, content }) => [in_reply_to, message_id, content].join()),
  );
  expect(said.size).toBe(all);
  expect(new Set(replies.map(({ in_reply_to }) => in_reply_to)).size).toBe(all);
});

import { ScriptedServer } from '@vumi/http/testing';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf, type Client } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message) {
    await message.reply('re: ' + message.content);
  },
});
`;
const MANY = 1000;
/** At once: more of them, each trying again and again, would hold up the platform that starts. */
const CALLERS = 50;
const IN_FLIGHT = 10;
const KILLED_AT = [200, 600];
const PAGE = 100;

const phones = Array.from({ length: MANY }, (_, index) => `2776${String(index).padStart(7, '0')}`);

interface Shown {
  readonly direction: string;
  readonly to_addr: string;
  readonly status: string;
}

async function setUp(client: Client, outboundUrl: string): Promise<string> {
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/web', {
    type: 'http_api',
    config: { outbound_url: outboundUrl, allow_private: true, max_in_flight: IN_FLIGHT },
  });
  await client.must('PUT', '/accounts/clinic/routes/web', { app: 'echo', transport: 'web', to_addr: '8000' });
  const { items } = await client.must('GET', '/transports/web/urls');
  return new URL(String(items[0].url)).pathname;
}

/** Said again with the same key until it is taken, as a caller does whose gateway was away. */
async function say(client: Client, path: string, from: string): Promise<void> {
  const body = new URLSearchParams({ content: 'hi', to_addr: '8000', from_addr: from });
  await eventually(
    async () => {
      const url = new URL(path, client.url);
      const asked = fetch(url, { method: 'POST', body, headers: { 'idempotency-key': from } });
      return asked.then(({ status }) => status).catch(() => 0);
    },
    (status) => status === 200,
    60_000,
  );
}

async function sentTo(client: Client): Promise<Shown[]> {
  const all: Shown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await client.must(
      'GET',
      `/accounts/clinic/messages?direction=outbound&limit=${PAGE}&cursor=${cursor}`,
    );
    all.push(...(page.items as Shown[]));
    cursor = page.next_cursor;
  }
  return all;
}

it('kill -9 in the middle of 1,000 pushed messages: each is posted once, or said to be uncertain', async () => {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  const receiver = stack.use(await ScriptedServer.start());
  const platform = stack.use(await PlatformProcess.create(place, {}));
  await platform.start();
  const { client } = platform;
  const path = await setUp(client, `${receiver.url}/in`);
  const posted = (): string[] =>
    receiver.requests.map(({ body }) => (JSON.parse(body) as { to_addr: string }).to_addr);
  const left = phones.values();
  const said = Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (const phone of left) await say(client, path, phone);
    }),
  );
  for (const count of KILLED_AT) {
    await eventually(
      () => receiver.requests.length,
      (seen) => seen >= count,
      60_000,
    );
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await said;
  const settled = await eventually(
    async () => (await sentTo(client)).filter(({ status }) => status === 'ack' || status === 'uncertain'),
    (all) => all.length >= MANY,
    60_000,
  );
  expect(settled.length).toBe(MANY);
  expect(new Set(posted()).size).toBe(posted().length);
  const uncertain = settled.filter(({ status }) => status === 'uncertain').map(({ to_addr }) => to_addr);
  // In flight when it was killed, or answered and not yet told.
  expect(uncertain.length).toBeLessThanOrEqual(2 * IN_FLIGHT * KILLED_AT.length);
  const known = new Set([...posted(), ...uncertain]);
  expect(phones.filter((phone) => !known.has(phone))).toEqual([]);
});

import { sleep } from '@vumi/core';
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
const MANY = 300;
const KILLED_AT = [60, 180];
const SECRET = 's3cret';
const PATIENCE_MS = 60_000;

const people = Array.from({ length: MANY }, (_, index) => `+2776${String(index).padStart(7, '0')}`);

interface Handed {
  readonly uuid: string;
  readonly to: string;
}

async function setUp(client: Client): Promise<string> {
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  const config = { smssync_secret: SECRET, reply_delay: 0, offer_again: 1, max_offers: 1000 };
  await client.must('PUT', '/transports/phone', { type: 'smssync', config });
  await client.must('PUT', '/accounts/clinic/routes/phone', {
    app: 'echo',
    transport: 'phone',
    to_addr: '8000',
  });
  const { items } = await client.must('GET', '/transports/phone/urls');
  return new URL(String(items[0].url)).pathname;
}

/** A phone that sends what it is handed once, and says which messages it has; every third time it forgets to say so. */
class Phone {
  readonly sent = new Map<string, string>();
  /** Handed out after the platform had said that it knows that the phone has them. */
  readonly after: string[] = [];
  readonly #confirmed = new Set<string>();
  readonly #url: () => string;
  readonly #path: string;
  #asked = 0;

  constructor(url: () => string, path: string) {
    this.#url = url;
    this.#path = path;
  }

  async bring(from: string): Promise<void> {
    const fields = { from, message: 'hi', sent_to: '8000', message_id: from, secret: SECRET };
    await eventually(
      async () => {
        const body = await this.#call('', { method: 'POST', body: new URLSearchParams(fields) });
        await this.#take(body);
        return (body?.['payload'] as { success?: boolean } | undefined)?.success === true;
      },
      Boolean,
      PATIENCE_MS,
    );
  }

  async pollUntil(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await this.#take(await this.#call('task=send', { method: 'GET' }));
      await sleep(50);
    }
  }

  async #take(body: Record<string, unknown> | null): Promise<void> {
    const { messages = [] } = (body?.['payload'] ?? {}) as { messages?: Handed[] };
    for (const { uuid, to } of messages) {
      if (this.#confirmed.has(uuid)) this.after.push(uuid);
      this.sent.set(uuid, to);
    }
    this.#asked += 1;
    if (messages.length === 0 || this.#asked % 3 === 0) return;
    const queued = JSON.stringify({ queued_messages: messages.map(({ uuid }) => uuid) });
    const headers = { 'content-type': 'application/json' };
    const said = await this.#call('task=sent', { method: 'POST', headers, body: queued });
    for (const uuid of (said?.['message_uuids'] ?? []) as string[]) this.#confirmed.add(uuid);
  }

  /** Null while the platform is away. */
  async #call(query: string, request: RequestInit): Promise<Record<string, unknown> | null> {
    try {
      const url = new URL(`${this.#path}?${query}&secret=${SECRET}`, this.#url());
      const answer = await fetch(url, request);
      return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  }
}

interface Shown {
  readonly message_id: string;
  readonly status: string;
}

async function outbound(client: Client): Promise<Shown[]> {
  const all: Shown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = `direction=outbound&limit=100&cursor=${cursor}`;
    const page = await client.must('GET', `/accounts/clinic/messages?${query}`);
    all.push(...(page.items as Shown[]));
    cursor = page.next_cursor;
  }
  return all;
}

it('kill -9 while a phone asks for 300 messages: it has each, and none again that it has confirmed', async () => {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  const platform = stack.use(await PlatformProcess.create(place, {}));
  await platform.start();
  const { client } = platform;
  const phone = new Phone(() => client.url, await setUp(client));
  const done = new AbortController();
  const polling = phone.pollUntil(done.signal);
  const brought = Promise.all(people.map((person) => phone.bring(person)));
  for (const count of KILLED_AT) {
    await eventually(
      () => phone.sent.size,
      (seen) => seen >= count,
      PATIENCE_MS,
    );
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await brought;
  const settled = await eventually(
    async () => (await outbound(client)).filter(({ status }) => status === 'ack'),
    (all) => all.length >= MANY,
    PATIENCE_MS,
  );
  done.abort();
  await polling;
  expect(settled.map(({ message_id }) => message_id).toSorted()).toEqual([...phone.sent.keys()].toSorted());
  expect([...phone.sent.values()].toSorted()).toEqual(people);
  expect(phone.after).toEqual([]);
});

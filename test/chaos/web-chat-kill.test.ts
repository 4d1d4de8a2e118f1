import { setTimeout as pause } from 'node:timers/promises';
import { webSocketOf } from '@vumi/transports/testing';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf, type Client } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const VISITORS = 40;
/** The last of them are said too fast, and again. */
const TEXTS = 7;
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const seen = await app.user.increment('seen');
    await message.reply('re: ' + message.content + ' #' + seen);
  },
});
`;

interface Entry {
  readonly mine: boolean;
  readonly text: string;
  readonly state?: string;
}

interface Talk {
  readonly entries: readonly Entry[];
  say(text: string): void;
}

interface Connection {
  pump(): void;
  close(): void;
}

interface Widget {
  readonly Talk: new (storage: null, key: string) => Talk;
  readonly Connection: new (url: string, talk: Talk, onStatus: (status: string) => void) => Connection;
}

/** What pages run. */
async function loadWidget(): Promise<Widget> {
  const load = (file: string): Promise<object> =>
    import(new URL(`../../transports/web_chat/widget/${file}`, import.meta.url).href);
  return { ...(await load('talk.js')), ...(await load('connection.js')) } as Widget;
}

async function setUp(client: Client): Promise<void> {
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/web', { type: 'web_chat', config: {} });
  await client.must('PUT', '/accounts/clinic/routes/web', { app: 'echo', transport: 'web', to_addr: 'web' });
}

const heard = ({ entries }: Talk): string[] => entries.filter(({ mine }) => !mine).map(({ text }) => text);

it('kill -9 amid talks in web pages: they go on by themselves, and nothing is lost or said twice', async () => {
  await using stack = new AsyncDisposableStack();
  const platform = stack.use(await PlatformProcess.create(stack.use(await createPlace()), {}));
  await platform.start();
  await setUp(platform.client);
  globalThis.WebSocket = webSocketOf(platform.client.url) as unknown as typeof globalThis.WebSocket;
  const { Talk, Connection } = await loadWidget();
  const url = `${platform.client.url.replace('http', 'ws')}/hooks/web/chat`;

  const talk = async (): Promise<Talk> => {
    const talk = new Talk(null, 'web');
    const connection = new Connection(url, talk, () => {});
    stack.defer(() => connection.close());
    for (let n = 0; n < TEXTS; n += 1) {
      talk.say(`t${n}`);
      connection.pump();
      await pause(100);
    }
    return talk;
  };
  const talks = await Promise.all(Array.from({ length: VISITORS }, talk));
  const count = (): number => talks.reduce((sum, one) => sum + heard(one).length, 0);
  for (const part of [0.25, 0.6]) {
    await eventually(count, (sum) => sum >= part * VISITORS * TEXTS, 60_000);
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await eventually(count, (sum) => sum >= VISITORS * TEXTS, 120_000);

  const all = Array.from({ length: TEXTS }, (_, n) => `re: t${n} #${n + 1}`);
  expect(talks.filter((one) => heard(one).toSorted().join() !== all.join()).map(heard)).toEqual([]);
  const states = talks.flatMap(({ entries }) => entries.filter(({ mine }) => mine).map(({ state }) => state));
  expect(new Set(states)).toEqual(new Set(['sent']));
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlatformProcess } from '../platform-process.ts';
import {
  createPlace,
  eventually,
  startTestPlatform,
  zipOf,
  type Client,
  type Place,
  type TestPlatform,
} from '../platform.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await message.reply('re: ' + message.content);
  },
});
`;
const SETTLED = new Set(['ack', 'nack', 'uncertain', 'failed']);

interface Shown {
  readonly direction: string;
  readonly content: string;
  readonly status: string;
}

/** An app that is reached by requests; gives the URL. */
async function openWeb(client: Client): Promise<string> {
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/web', {
    type: 'vumi.transports.api.HttpApiTransport',
    config: { reply_expected: true },
  });
  await client.must('PUT', '/accounts/clinic/routes/web', {
    app: 'echo',
    transport: 'web',
    to_addr: '8000',
  });
  const { items } = await client.must('GET', '/transports/web/urls');
  const url = String(items[0].url);
  await eventually(
    () => ask(url, 'hello'),
    (answer) => answer === 're: hello',
  );
  return url;
}

/** What a caller gets; null when the connection broke. */
async function ask(url: string, content: string): Promise<string | null> {
  const fields = new URLSearchParams({ content, to_addr: '8000', from_addr: '27761234567' });
  try {
    const answer = await fetch(`${url}?${fields.toString()}`);
    return answer.status === 200 ? await answer.text() : String(answer.status);
  } catch {
    return null;
  }
}

async function messages(client: Client): Promise<Shown[]> {
  const all: Shown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await client.must('GET', `/accounts/clinic/messages?limit=100&cursor=${cursor}`);
    all.push(...(page.items as Shown[]));
    cursor = page.next_cursor;
  }
  return all;
}

describe('an app behind the HTTP API', () => {
  let world: TestPlatform;
  let url: string;

  beforeAll(async () => {
    world = await startTestPlatform();
    url = await openWeb(world.client);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('answers requests, a hundred at once, each with its own reply', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    const answers = await Promise.all(texts.map((text) => ask(url, text)));
    expect(answers).toEqual(texts.map((text) => `re: ${text}`));
    const shown = await eventually(
      () => messages(world.client),
      (all) => all.filter(({ status }) => status === 'ack').length > texts.length,
    );
    expect(shown.filter(({ content }) => content === 're: text 7')).toHaveLength(1);
  });

  it('is found only at its secret place, whose secret the API shows to operators alone', async () => {
    expect((await fetch(url.slice(0, url.lastIndexOf('/')))).status).toBe(404);
    const shown = await world.client.call('GET', '/transports/web');
    expect(shown.body).toEqual({
      name: 'web',
      type: 'http_api',
      config: { reply_expected: true, secret_path: '***' },
    });
    expect(await (await fetch(`${world.client.url}/hooks/web/health`)).json()).toEqual({
      pending_requests: 0,
    });
  });

  it('where no transport is, the caller is asked to come again', async () => {
    const answer = await fetch(`${world.client.url}/hooks/nobody`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });
});

describe('kill -9 while requests wait', () => {
  let place: Place;
  let platform: PlatformProcess;

  beforeAll(async () => {
    place = await createPlace();
    platform = await PlatformProcess.create(place);
    await platform.start();
  });
  afterAll(async () => {
    await platform[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  it('callers see a broken connection, and every message has one reply with one known outcome', async () => {
    const { client } = platform;
    const url = await openWeb(client);
    const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`);
    const answers = new Map<string, string | null>();
    const asking = texts.map(async (text) => void answers.set(text, await ask(url, text)));
    await eventually(
      () => answers.size,
      (count) => count > 20,
    );
    await platform.kill('SIGKILL');
    await Promise.all(asking);
    await platform.start();
    await eventually(
      () => ask(url, 'after'),
      (answer) => answer === 're: after',
    );
    const settled = await eventually(
      () => messages(client),
      (all) => {
        const inbound = all.filter(({ direction }) => direction === 'inbound').length;
        const outbound = all.filter(({ direction }) => direction === 'outbound');
        return outbound.length === inbound && outbound.every(({ status }) => SETTLED.has(status));
      },
    );
    const replies = new Map<string, string[]>();
    for (const { direction, content, status } of settled)
      if (direction === 'outbound') replies.set(content, [...(replies.get(content) ?? []), status]);
    for (const [text, answer] of answers) {
      const outcomes = replies.get(`re: ${text}`) ?? [];
      expect([null, `re: ${text}`], text).toContain(answer);
      // One who was answered has one reply, which the network has or may have: the kill may have come in between.
      if (answer !== null) expect(outcomes, text).toEqual([expect.stringMatching(/^(ack|uncertain)$/)]);
      else expect(outcomes.length, text).toBeLessThanOrEqual(1);
    }
    expect([...answers.values()]).toContain(null);
  });
});

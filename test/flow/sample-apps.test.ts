import { request } from 'node:http';
import { readTranscript, sampleApps } from '@vumi/sample-apps';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
});
afterAll(() => world[Symbol.asyncDispose]());

interface Text {
  readonly content: string;
}

async function textsOf(phone: string): Promise<Text[]> {
  const query = `address=${encodeURIComponent(phone)}`;
  return (await world.client.must('GET', `/simulators/smsc/messages?${query}`)).items as Text[];
}

describe.each(sampleApps)('the sample app $name', (app) => {
  it('has the conversation of its transcript', async () => {
    for (const { from, say, expect: expected } of readTranscript(app)) {
      const before = (await textsOf(from)).length;
      await world.client.must('POST', '/simulators/smsc/messages', {
        from_addr: from,
        to_addr: '12345',
        content: say,
      });
      const texts = await eventually(
        () => textsOf(from),
        (all) => all.length > before,
      );
      expect(texts.at(-1)?.content).toBe(expected);
    }
  });
});

describe('the page of quiz', () => {
  const page = (path: string, init: { method?: string; headers?: Record<string, string> } = {}) => {
    const { platform } = world;
    const url = new URL(path, platform.api?.url);
    const host = new URL(platform.api?.appUrl({ account: 'demo', app: 'quiz' }) ?? '').host;
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
      (resolve, reject) => {
        const sent = request(
          url,
          { method: init.method ?? 'GET', headers: { host, ...init.headers } },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part: string) => (text += part));
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
            );
          },
        );
        sent.on('error', reject).end();
      },
    );
  };

  it('is served at its own origin and shut in by its headers', async () => {
    const { status, headers, text } = await page('/');
    expect(status).toBe(200);
    expect(text).toContain('<h1>Clean hands quiz</h1>');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('reads the scores, and nothing else, with a token of its origin', async () => {
    const origin = world.platform.api?.appUrl({ account: 'demo', app: 'quiz' }).replace(/\/$/, '') ?? '';
    const issued = await page('/api/v1/token', { method: 'POST', headers: { origin } });
    const { token } = JSON.parse(issued.text) as { token: string };
    const authorization = `Bearer ${token}`;
    const scores = await page('/api/v1/state/scores', { headers: { authorization } });
    expect(JSON.parse(scores.text)).toMatchObject({
      key: 'scores',
      value: [{ player: '…4567', best: 2, games: 1 }],
    });
    expect((await page('/api/v1/state/other', { headers: { authorization } })).status).toBe(403);
    expect((await page('/api/v1/state/scores')).status).toBe(401);
    expect((await page('/api/v1/accounts', { headers: { authorization } })).status).toBe(404);
    expect((await world.client.call('GET', '/accounts')).status).toBe(200);
  });

  it.each([
    '/workers/worker.js',
    '/vumi.json',
    '/assets/../workers/worker.js',
    '/%2e%2e/workers/worker.js',
    '/assets/..%2fvumi.json',
  ])('does not serve %s', async (path) => {
    const { status, text } = await page(path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain('defineApp');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ComponentView } from '@vumi/blinkenlights';
import { followComponents } from './components/follow-components.ts';
import { COMPONENTS } from './memory-components.fixture.ts';
import { ADMIN, startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;
let demo = '';

beforeAll(async () => {
  platform = await startTestPlatform({
    transportsOf: async (account) =>
      account === 'demo' ? [{ name: 'mno', type: 'smpp', status: 'ok' }] : [],
  });
  for (const name of ['demo', 'other']) await platform.call('POST', '/accounts', { body: { name } });
  const body = { label: 'x', scopes: ['account:read'] };
  demo = String((await platform.call('POST', '/accounts/demo/tokens', { body })).json['token']);
});
afterAll(() => platform[Symbol.asyncDispose]());

const namesAt = async (path: string, token: string = ADMIN): Promise<unknown[]> => {
  const { json } = await platform.call('GET', path, { token });
  return (json['items'] as readonly { name: string }[]).map(({ name }) => name);
};

describe('components', () => {
  test('are listed, filtered and paged', async () => {
    expect(await namesAt('/components')).toEqual(['global:mno', 'global:mno.smpp']);
    const { json: all } = await platform.call('GET', '/components');
    expect(all['items']).toMatchObject([{ level: 'ok', worst: 'down' }, { worst: 'down' }]);
    expect(await namesAt('/components?level=down')).toEqual(['global:mno.smpp']);
    expect(await namesAt('/components?kind=worker')).toEqual(['global:mno']);
    expect(await namesAt('/components?search=smpp')).toEqual(['global:mno.smpp']);
    expect(await namesAt('/components?limit=1')).toEqual(['global:mno']);
    const { status, json } = await platform.call('GET', '/components?level=broken');
    expect([status, json['field']]).toEqual([400, 'level']);
  });

  test('tell what they were before', async () => {
    const { json } = await platform.call('GET', '/components/global:mno.smpp');
    expect(json).toMatchObject({ level: 'down', history: [{ level: 'down', type: 'connection_lost' }] });
    const history = await platform.call('GET', '/components/global:mno.smpp/history');
    expect(history.json['items']).toHaveLength(1);
    expect((await platform.call('GET', '/components/global:none')).status).toBe(404);
    expect((await platform.call('GET', '/components/global:none/history')).status).toBe(404);
  });

  test("are the administrator's; an account sees the parts of its own transports, and nothing of what their networks say", async () => {
    for (const path of ['/components', '/components/follow', '/components/global:mno'])
      expect((await platform.call('GET', path, { token: demo })).status).toBe(403);
    const { json, text } = await platform.call('GET', '/accounts/demo/components', { token: demo });
    expect(json['items']).toEqual([
      {
        name: 'global:mno.smpp',
        worker: 'mno',
        part: 'smpp',
        level: 'down',
        since: '2026-11-22T08:00:00.000Z',
      },
    ]);
    expect(text).not.toContain('smsc.example');
    expect((await platform.call('GET', '/accounts/other/components', { token: demo })).status).toBe(404);
    expect(await namesAt('/accounts/other/components')).toEqual([]);
  });

  test.each(['/components/follow', '/components?follow=true'])('%s is a stream of events', async (path) => {
    const ended = new AbortController();
    const response = await fetch(`${platform.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${ADMIN}` },
      signal: ended.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.endsWith('\n\n')) break;
    }
    ended.abort();
    const data = /^event: components\ndata: (.*)\n\n$/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ items: COMPONENTS, gone: [], summary: { level: 'down' } });
  });
});

test('who follows hears of everything once, then of what changes and of what is gone', async () => {
  const [worker, part] = COMPONENTS as readonly [ComponentView, ComponentView];
  const seen = [[worker, part], [worker, part], [{ ...worker, level: 'down' as const }]];
  const ended = new AbortController();
  const read = async () => {
    const items = seen.shift() ?? [];
    if (seen.length === 0) ended.abort();
    return { items, summary: {} };
  };
  const told: unknown[] = [];
  for await (const event of followComponents({ read, signal: ended.signal, clock: () => 0 }))
    told.push(JSON.parse(/data: (.*)\n\n$/.exec(event)?.[1] ?? ''));
  expect(told).toEqual([
    { items: [worker, part], gone: [], summary: {} },
    { items: [{ ...worker, level: 'down' }], gone: ['global:mno.smpp'], summary: {} },
  ]);
});

test('the page at /status may run its own script and nothing else, and shows nothing by itself', async () => {
  for (const [path, type] of [
    ['status', 'text/html; charset=utf-8'],
    ['status/status.css', 'text/css; charset=utf-8'],
    ['status/status.js', 'text/javascript; charset=utf-8'],
  ] as const) {
    const response = await fetch(`${platform.url}/${path}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
    expect(await response.text()).not.toContain('global:');
  }
});

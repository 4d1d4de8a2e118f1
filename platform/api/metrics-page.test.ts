import { VumiError } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const ZIP = { body: Buffer.from('zip'), headers: { 'content-type': 'application/zip' } };

let platform: TestPlatform;
let demo = '';

beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ['demo', 'other']) {
    await platform.call('POST', '/accounts', { body: { name } });
    await platform.call('PUT', `/accounts/${name}/apps/hello`, ZIP);
  }
  demo = await tokenWith('account:read');
});

afterAll(() => platform[Symbol.asyncDispose]());

async function tokenWith(scope: string): Promise<string> {
  const body = { label: 'x', scopes: [scope] };
  return String((await platform.call('POST', '/accounts/demo/tokens', { body })).json['token']);
}

async function scrape(token: string | null): Promise<string> {
  const { status, headers, text } = await platform.call('GET', 'metrics', { token });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return text;
}

describe('/metrics without a token', () => {
  test('tells of processes, queues, transports and the sandbox, and of no account', async () => {
    const text = await scrape(null);
    for (const line of [
      'vumi_ready 1',
      'vumi_workers{role="api"} 1',
      'vumi_workers{role="transports"} 1',
      'vumi_worker_start_time_seconds{worker="host:1"} 1795334400',
      'vumi_worker_overloaded{worker="host:1"} 0',
      'vumi_worker_overloaded{worker="host:2"} 1',
      'vumi_worker_lost_ratio{worker="host:2"} 0.45',
      'vumi_queue_messages{queue="sandbox_0.inbound"} 7',
      'vumi_sandbox_runners{worker="host:1",kind="sdk"} 2',
      'vumi_sandbox_isolates{worker="host:1",kind="sdk"} 4',
      'vumi_sandbox_rss_bytes{worker="host:1",kind="sdk"} 157286400',
      'vumi_sandbox_quarantined_apps{worker="host:1"} 1',
      'vumi_sandbox_quarantine_waiting{worker="host:1"} 2',
    ])
      expect(text).toContain(`${line}\n`);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toMatch(/account="|"demo|"other/);
  });

  test('tells of a transport once, from the process that runs it, with what has a proper name', async () => {
    const text = await scrape(null);
    expect(text.match(/^vumi_transport_status.*$/gm)).toEqual([
      'vumi_transport_status{transport="mno",type="smpp",status="ok"} 0',
      'vumi_transport_status{transport="mno",type="smpp",status="degraded"} 1',
      'vumi_transport_status{transport="mno",type="smpp",status="down"} 0',
    ]);
    expect(text).toContain(
      '# TYPE vumi_transport_in_flight gauge\nvumi_transport_in_flight{transport="mno"} 9',
    );
    expect(text).toContain(
      '# TYPE vumi_transport_sent_total counter\nvumi_transport_sent_total{transport="mno"} 12',
    );
    expect(text).not.toContain('no name');
  });

  test('says that the platform is not ready when its servers are gone, and still tells of the process', async () => {
    await using away = await startTestPlatform({
      vitals: () => Promise.reject(new VumiError('state.unavailable', 'the state is gone')),
    });
    const { status, text } = await away.call('GET', 'metrics', { token: null });
    expect(status).toBe(200);
    expect(text).toContain('vumi_ready 0\n');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toContain('vumi_workers');
  });
});

describe('/metrics with a token', () => {
  test("of the administrator tells of every account's apps, too", async () => {
    const text = await scrape('the-token-of-the-administrator');
    for (const line of [
      'vumi_ready 1',
      'vumi_app_messages_total{account="demo",app="hello",outcome="threw"} 1',
      'vumi_app_cpu_seconds_total{account="other",app="hello"} 0.0005',
      'vumi_account_starts_total{account="demo",start="cold"} 1',
      'vumi_account_starts_total{account="demo",start="warm"} 1',
      'vumi_account_host_calls_total{account="demo",call="get"} 1',
      'vumi_apps_not_shown 0',
    ])
      expect(text).toContain(`${line}\n`);
  });

  test('of an account tells of its own apps only', async () => {
    const text = await scrape(demo);
    expect(text).toContain('vumi_app_messages_total{account="demo",app="hello",outcome="ok"} 1\n');
    expect(text).not.toMatch(/other|vumi_ready|process_|vumi_worker/);
  });

  test('that does not suit is refused', async () => {
    const deploying = await tokenWith('apps:deploy');
    expect((await platform.call('GET', 'metrics', { token: deploying })).status).toBe(403);
    expect((await platform.call('GET', 'metrics', { token: 'unknown' })).status).toBe(401);
  });
});

test('/metrics asks the database once for many who ask at the same time', async () => {
  let asked = 0;
  await using busy = await startTestPlatform({
    vitals: async () => {
      asked++;
      return { roles: [], processes: [], queues: [] };
    },
  });
  await Promise.all(Array.from({ length: 20 }, () => busy.call('GET', 'metrics', { token: null })));
  expect(asked).toBe(1);
});

test('/metrics is not there for pages of apps', async () => {
  const headers = { origin: 'http://demo--hello.apps.localhost' };
  expect((await platform.call('GET', 'metrics', { headers })).status).toBe(403);
});

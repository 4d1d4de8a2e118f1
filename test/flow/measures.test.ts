import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';
import { parsePrometheusText, sumOf, type Series } from '../prometheus-text.ts';

const HELLO = { account: 'demo', app: 'hello' };

let world: TestPlatform;
let probe = '';

beforeAll(async () => {
  world = await startTestPlatform({ demo: true, probe: { port: 0 } });
  const { items } = await world.client.must('GET', '/workers');
  probe = String(items.find((one: { probe?: string }) => one.probe !== undefined)?.probe);
});

afterAll(() => world[Symbol.asyncDispose]());

async function page(base: string, token: string | null): Promise<string> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${base}/metrics`, { headers });
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

const scrape = async (): Promise<Series[]> => parsePrometheusText(await page(probe, ADMIN_TOKEN));

describe('a process measures itself', () => {
  it('each box on the way of a message and its reply, per transport, account and app', async () => {
    const before = await scrape();
    const message = { from_addr: '+27760000001', to_addr: '12345', content: 'hello you' };
    await world.client.must('POST', '/simulators/smsc/messages', message);
    const since = (after: readonly Series[], name: string, labels: Record<string, string> = {}): number =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    const transport = 'smsc';
    const expected: readonly [name: string, labels: Record<string, string>][] = [
      ['vumi_transport_received_total', { transport }],
      ['vumi_transport_taken_total', { transport }],
      ['vumi_transport_events_total', { transport, event: 'ack' }],
      ['vumi_transport_events_total', { transport, event: 'delivered' }],
      ['vumi_transport_submit_seconds_count', { transport }],
      ['vumi_dispatch_messages_total', { flow: 'inbound', connector: transport, outcome: 'routed' }],
      ['vumi_dispatch_messages_total', { flow: 'outbound', outcome: 'routed' }],
      ['vumi_dispatch_seconds_count', { flow: 'outbound' }],
      ['vumi_messages_total', { ...HELLO, direction: 'inbound', status: 'received' }],
      ['vumi_messages_total', { ...HELLO, direction: 'outbound', status: 'queued' }],
      ['vumi_message_events_total', { ...HELLO, event: 'ack' }],
      ['vumi_message_events_total', { ...HELLO, event: 'delivered' }],
      ['vumi_sandbox_runs_total', { ...HELLO, outcome: 'ok' }],
      ['vumi_sandbox_run_seconds_count', {}],
      ['vumi_broker_consumed_total', { queue: 'smsc.outbound' }],
      ['vumi_broker_handling_seconds_count', { queue: 'smsc.outbound' }],
      ['vumi_state_seconds_count', { operation: 'commit' }],
    ];
    // Each is counted when what it counts is safe, which is later than what came of it.
    const after = await eventually(scrape, (seen) =>
      expected.every(([name, labels]) => since(seen, name, labels) >= 1),
    );
    for (const [name, labels] of expected)
      expect([name, labels, since(after, name, labels)]).toEqual([name, labels, 1]);
    for (const name of ['vumi_broker_publish_seconds_count', 'vumi_store_batch_rows_count'])
      expect(since(after, name)).toBeGreaterThan(0);
    expect(sumOf(after, 'vumi_broker_in_flight_messages')).toBe(0);
    expect(sumOf(after, 'vumi_supervisor_worker_up', { worker: 'dispatcher' })).toBe(1);
    // Read off the sockets with each heartbeat.
    await eventually(
      scrape,
      (seen) => sumOf(seen, 'vumi_smpp_bytes_total', { transport, direction: 'in' }) > 0,
    );
  });

  it('and its API by templates of routes', async () => {
    await world.client.must('GET', '/accounts/demo/apps');
    expect((await world.client.call('GET', '/accounts/nobody')).status).toBe(404);
    const seen = await scrape();
    const method = 'GET';
    const apps = { method, route: '/api/v1/accounts/:account/apps', status: '200' };
    expect(sumOf(seen, 'vumi_http_requests_total', apps)).toBeGreaterThan(0);
    const nobody = { method, route: '/api/v1/accounts/:account', status: '404' };
    expect(sumOf(seen, 'vumi_http_requests_total', nobody)).toBe(1);
  });
});

describe('what goes through the whole platform', () => {
  it('is told by transport, app and queue, with what waits', async () => {
    const figures = await eventually(
      () => world.client.must('GET', '/figures'),
      (seen) => seen.owners.some((one: Record<string, number>) => Number(one['delivered']) > 0),
    );
    expect(figures.transports.find((one: { name: string }) => one.name === 'smsc')).toMatchObject({
      status: 'ok',
      gauges: { binds_bound: 1 },
    });
    expect(figures.owners[0]).toMatchObject(HELLO);
    expect(figures.queues.map(({ queue }: { queue: string }) => queue)).toContain('smsc.outbound');
    expect(figures.processes).toMatchObject([{ probe }]);
    expect(figures.backlog).toMatchObject({ failures_dead: 0, schedules_due: 0 });
  });

  it('is shown by vumi top and vumi status; the live view wants a terminal', async () => {
    const top = await vumi(world.client, 'top', '--once', '--interval', '0.5', '--json');
    expect([top.code, top.err]).toEqual([0, '']);
    expect(JSON.parse(top.out)).toMatchObject({ transports: [{ transport: 'smsc', status: 'ok' }] });
    const live = await vumi(world.client, 'top');
    expect([live.code, live.err]).toEqual([2, expect.stringContaining('add --once')]);
    const status = await vumi(world.client, 'status');
    expect(status.out).toContain('is ready');
    expect(status.out).toMatch(/^smsc +1 +1 +1 +0 +1 +0 +0\/50/m);
  });
});

describe('the pages of a process with a probe of its own', () => {
  it('show no name of an account to who has no token, or one that is not an administrator’s', async () => {
    const { token } = await world.client.must('POST', '/accounts/demo/tokens', { label: 'x' });
    for (const shown of [null, 'made up', String(token)]) {
      const text = await page(probe, shown);
      expect(text).toContain('vumi_transport_received_total{transport="smsc"}');
      expect(text).not.toMatch(/account="|"hello"/);
      parsePrometheusText(text);
    }
  });

  it('are not shown at the API again, which tells of the platform', async () => {
    const seen = parsePrometheusText(await page(world.client.url, ADMIN_TOKEN));
    expect(sumOf(seen, 'vumi_ready')).toBe(1);
    expect(seen.some(({ name }) => name === 'vumi_broker_publish_seconds_count')).toBe(false);
  });

  it('say whether it lives and whether it is ready, and what else is there', async () => {
    const get = async (path: string, method = 'GET'): Promise<[number, unknown]> => {
      const response = await fetch(`${probe}${path}`, { method });
      return [response.status, await response.json()];
    };
    expect(await get('/healthz')).toEqual([200, { status: 'ok' }]);
    const [status, readiness] = await get('/readyz');
    expect([status, readiness]).toMatchObject([
      200,
      { ready: true, phase: 'running', parts: { database: { ok: true }, workers: { ok: true } } },
    ]);
    expect(await get('/')).toMatchObject([404, { error: expect.stringContaining('/readyz') }]);
    expect((await get('/metrics', 'POST'))[0]).toBe(405);
  });
});

it('a process without one shows all of it at the API, to an account what is its own', async () => {
  await using other = await startTestPlatform({ demo: true });
  const url = other.client.url;
  const all = parsePrometheusText(await page(url, ADMIN_TOKEN));
  for (const name of ['vumi_ready', 'vumi_broker_publish_seconds_count', 'process_cpu_seconds_total'])
    expect(all.some((one) => one.name === name)).toBe(true);
  parsePrometheusText(await page(url, null));
  const message = { from_addr: '+27760000002', to_addr: '12345', content: 'hello you' };
  await other.client.must('POST', '/simulators/smsc/messages', message);
  const made = await other.client.must('POST', '/accounts/demo/tokens', { label: 'x' });
  const own = await eventually(
    async () => parsePrometheusText(await page(url, String(made.token))),
    (seen) => sumOf(seen, 'vumi_messages_total', { ...HELLO, status: 'queued' }) > 0,
  );
  expect(
    own.every(({ name, labels }) => labels['account'] === 'demo' || name === 'vumi_apps_not_shown'),
  ).toBe(true);
  const readiness = await fetch(`${url}/readyz`);
  expect([readiness.status, await readiness.json()]).toMatchObject([200, { ready: true, phase: 'running' }]);
});

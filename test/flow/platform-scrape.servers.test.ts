import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireProgram } from '../conformance/debian-program.ts';
import { ADMIN_TOKEN, eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { startPrometheus } from '../prometheus-server.ts';

let folder: string;
let world: TestPlatform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-scrape-'));
  world = await startTestPlatform({ demo: true, probe: { port: 0 } });
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: '+27761000001',
    to_addr: '12345',
    content: 'hi',
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Where the API shows what it tells of the platform, and where the process shows what it measures of itself. */
async function pages(): Promise<Record<'api' | 'process', string>> {
  const { processes } = await world.client.must('GET', '/figures');
  return { api: world.client.url, process: String(processes[0].probe) };
}

it.each(['api', 'process'] as const)('the page of the %s is as Prometheus wants it', async (which) => {
  requireProgram('promtool', ['--version'], 'prometheus');
  const url = (await pages())[which];
  const page = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const promtool = spawn('promtool', ['check', 'metrics']);
  promtool.stdin.end(await page.text());
  expect(await Promise.all([text(promtool.stdout), text(promtool.stderr)])).toEqual(['', '']);
});

it('Prometheus scrapes the platform, and is asked how it is and what went through', async () => {
  const { api, process } = await pages();
  const targets = [api, process].map((url) => new URL(url).host);
  await using prometheus = await startPrometheus(folder, targets[0] ?? '', {
    authorization: { credentials: ADMIN_TOKEN },
    static_configs: [{ targets }],
  });
  const found = (query: string): Promise<unknown> =>
    eventually(
      () => prometheus.ask(query),
      (rows) => rows !== undefined && rows.length > 0,
      120_000,
    );
  await found('sum(up{job="vumi"}) == 2');
  await found('vumi_ready == 1');
  await found('sum(vumi_transport_received_total{transport="smsc"}) >= 1');
  await found('sum(vumi_transport_events_total{event="delivered"}) >= 1');
  await found('histogram_quantile(0.5, rate(vumi_broker_publish_seconds_bucket[1m])) > 0');
});

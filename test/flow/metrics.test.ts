import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, eventually, startTestPlatform, type TestPlatform } from '../platform.ts';

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
});

afterAll(() => world[Symbol.asyncDispose]());

async function scrape(token?: string): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await fetch(`${world.client.url}/metrics`, { headers })).text();
}

it('operators see transports, queues and runners, and what messages cost whom', async () => {
  const message = { from_addr: '+27760000001', to_addr: '12345', content: 'hello you' };
  await world.client.must('POST', '/simulators/smsc/messages', message);
  const all = await eventually(
    () => scrape(ADMIN_TOKEN),
    (seen) => seen.includes('vumi_app_messages_total{account="demo",app="hello",outcome="ok"}'),
  );
  for (const line of [
    /^vumi_ready 1$/m,
    /^vumi_workers\{role="sandbox"\} 1$/m,
    /^vumi_transport_status\{transport="smsc",type="smpp",status="ok"\} 1$/m,
    /^vumi_transport_binds_bound\{transport="smsc"\} 1$/m,
    /^vumi_queue_messages\{queue="smsc.outbound"\} 0$/m,
    /^vumi_sandbox_runners\{worker="[^"]+",kind="sdk"\} \d+$/m,
    /^vumi_app_cpu_seconds_total\{account="demo",app="hello"\} 0?\.?\d/m,
    /^vumi_account_host_calls_total\{account="demo",call="get"\} \d+$/m,
    /^process_cpu_seconds_total /m,
  ])
    expect(all).toMatch(line);
  expect(await scrape()).not.toMatch(/account=|app="hello"/);
});

it("an account's token shows what its own apps used, and nothing else", async () => {
  await world.client.must('POST', '/accounts', { name: 'stranger' });
  const body = { label: 'prometheus', scopes: ['account:read'] };
  const { token } = await world.client.must('POST', '/accounts/stranger/tokens', body);
  expect(await scrape(String(token))).not.toMatch(/demo|vumi_ready|vumi_worker/);
});

it('the page of an app has no /metrics', async () => {
  const { port } = new URL(world.client.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `GET /metrics HTTP/1.1\r\nHost: demo--quiz.apps.localhost:${port}\r\nConnection: close\r\n\r\n`,
  );
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 404 /);
  expect(answer).not.toContain('vumi_');
});

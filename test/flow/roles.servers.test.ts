import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, createPlace, eventually, zipOf, type Place } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { PlatformProcess } from '../platform-process.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await message.reply('re: ' + message.content + ' #' + await app.state.increment('n'), { end: true });
  },
});
`;

const OTHER_TOKEN = 'another-administrators-token';
const ROLES = ['api', 'dispatch', 'sandbox', 'transports'];
let place: Place;
let peer: SmscPeer;
const processes: PlatformProcess[] = [];

beforeAll(async () => {
  place = await createPlace();
  peer = await SmscPeer.start();
  for (const role of ROLES) processes.push(await PlatformProcess.create(place, {}, role));
  // The first one makes the schema; the others may come in any order.
  for (const process of processes) await process.start();
});

afterAll(async () => {
  await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  await peer[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

it('four processes share the work: what one is told, all know at once', async () => {
  const client = processes[0]?.client;
  if (client === undefined) throw new Error('no process');
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/clinic/routes/echo', {
    app: 'echo',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);

  const phones = Array.from({ length: 200 }, (_, index) => `2776${index}`);
  await Promise.all(phones.map((phone) => peer.deliver(phone, '8000', 'hi')));
  await eventually(
    () => peer.submitted.length,
    (count) => count === phones.length,
  );
  expect(new Set(peer.submitted.map(({ to }) => to)).size).toBe(phones.length);
  // Handlers that run side by side may have read the same count; what is kept is right.
  await peer.deliver('27769', '8000', 'one more');
  const last = await eventually(() => peer.submitted[phones.length], Boolean);
  expect(last?.text).toBe(`re: one more #${phones.length + 1}`);

  const delivered = async (): Promise<number> => {
    const { items } = await client.must('GET', '/accounts/clinic/messages?direction=outbound&limit=100');
    return items.filter(({ status }: { status: string }) => status === 'delivered').length;
  };
  await eventually(delivered, (count) => count === 100);

  const workers = (await client.must('GET', '/workers')).items as { kind: string; status: string }[];
  expect(workers.filter(({ kind }) => kind.startsWith('process')).length).toBe(ROLES.length);

  await client.must('PATCH', '/accounts/clinic', { active: false });
  await peer.deliver('27761', '8000', 'late');
  await eventually(
    async () => (await client.must('GET', '/accounts/clinic/messages?limit=1')).items[0],
    (newest) => newest?.status === 'discarded',
  );
  expect(peer.submitted.length).toBe(phones.length + 1);
});

it(
  "processes that were started with different administrators' tokens say so",
  { timeout: 60_000 },
  async () => {
    const [first] = processes;
    await using second = await PlatformProcess.create(
      place,
      { admin_token: OTHER_TOKEN },
      'api',
      'second-api',
    );
    await second.start();
    expect(second.output).toContain('the one before is no longer valid');
    expect((await first?.client.call('GET', '/accounts'))?.status).toBe(401);
    const client = new Client(second.client.url, OTHER_TOKEN);
    const { workers } = await eventually(
      () => client.must('GET', '/status'),
      (status) =>
        status.workers.filter(({ kind }: { kind: string }) => kind === 'process (api)').length === 2,
    );
    const degraded = (workers as { status: string; message?: string }[]).filter(
      ({ status }) => status === 'degraded',
    );
    // A machine that is overloaded says so, too.
    expect(degraded.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("started with another administrator's token"),
    );
    await eventually(
      () => first?.output ?? '',
      (text) => text.includes("started with another administrator's token"),
    );
  },
);

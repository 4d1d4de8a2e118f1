import { connectRabbitBroker, queueConnector } from '@vumi/broker';
import { applicationEnd, reply, silentLogger, type UserMessage } from '@vumi/core';
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

  // Where requests of a transport arrive, another process runs it.
  expect(await askOverHttp(client)).toEqual([200, expect.stringMatching(/^re: hi #/)]);

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

it('routes lead to programs beside the platform, and to the next one while the first is away', async () => {
  const client = processes[0]?.client;
  if (client === undefined) throw new Error('no process');
  await client.must('POST', '/accounts', { name: 'shop' });
  const from = { transport: 'peer', to_addr: '8100' };
  await using _spare = await startProgram('relay2');
  const first = await startProgram('relay1');
  await client.must('PUT', '/accounts/shop/routes/first', { ...from, connector: 'relay1', failover: 0 });
  await client.must('PUT', '/accounts/shop/routes/spare', { ...from, connector: 'relay2', failover: 1 });
  const answers = (phone: string) => peer.submitted.filter(({ to }) => to === phone);
  let said = 0;
  const answerTo = async (): Promise<string> => {
    await peer.deliver('27765550000', '8100', `word ${++said}`);
    const all = await eventually(
      () => answers('27765550000'),
      (list) => list.length === said,
    );
    expect(all.at(-1)?.from).toBe('8100');
    return all.at(-1)?.text ?? '';
  };
  expect(await answerTo()).toBe('relay1 heard word 1');
  await first[Symbol.asyncDispose]();
  // Until it is seen that nobody consumes, messages wait for the first.
  const waiting = async (): Promise<string[]> => {
    await peer.deliver('27765550001', '8100', 'anybody?');
    return answers('27765550001').map(({ text }) => text);
  };
  await eventually(waiting, (texts) => texts.includes('relay2 heard anybody?'));
  expect(await answerTo()).toMatch(/^relay2 heard/);
  const rows = (await client.must('GET', '/accounts/shop/messages?address=27765550000')).items;
  expect(rows.filter(({ direction }: { direction: string }) => direction === 'inbound')).toHaveLength(2);
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

async function askOverHttp(client: Client): Promise<unknown[]> {
  await client.must('PUT', '/transports/web', { type: 'http_api', config: { reply_expected: true } });
  await client.must('PUT', '/accounts/clinic/routes/web', { app: 'echo', transport: 'web', to_addr: '9000' });
  const [{ url }] = (await client.must('GET', '/transports/web/urls')).items;
  const ask = async (): Promise<unknown[]> => {
    const answer = await fetch(`${url}?content=hi&to_addr=9000&from_addr=27761`);
    return [answer.status, await answer.text()];
  };
  // Until the transport runs the caller is asked to come again.
  return eventually(ask, ([code]) => code !== 503);
}

/** An application beside the platform, as one of Vumi is: it answers by its queues. */
async function startProgram(name: string): Promise<AsyncDisposable> {
  const { broker: settings } = place.settings as { broker: { url: string; namespace: string } };
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await connectRabbitBroker({ ...settings, logger: silentLogger }));
  const end = applicationEnd(queueConnector(broker, name));
  const answer = (message: UserMessage): Promise<void> =>
    end.publishOutbound(reply(message, `${name} heard ${message.content}`, { continueSession: false }));
  stack.use(await end.onInbound(answer, { prefetch: 10 }));
  return stack.move();
}

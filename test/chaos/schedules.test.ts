import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const [how, at] = message.content.split(' ');
    if (how === 'hello') return message.reply('hello');
    if (how === 'once') await app.schedule.once('remind', { at: Number(at), user: message.from_addr });
    else await app.schedule.repeat('remind', { time: at, user: message.from_addr });
  },
  async onSchedule(timer, app) {
    await app.contacts.getOrCreate(timer.user);
    await app.metrics.sum('reminded', 1);
    await app.send(timer.user, 'remind #' + await app.user.increment('reminded'));
  },
});
`;
const COUNT = 600;
const phones = Array.from({ length: COUNT }, (_, index) => `2776${String(index).padStart(7, '0')}`);

async function openSchedules(client: PlatformProcess['client']): Promise<number> {
  let [count, cursor] = [0, ''];
  for (;;) {
    const page = await client.must('GET', `/accounts/clinic/schedules?limit=500${cursor}`);
    count += page.items.length;
    if (page.next_cursor === null) return count;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

async function deliverAll(peer: SmscPeer, text: string): Promise<void> {
  await Promise.all(phones.map((phone) => peer.deliver(phone, '8000', text)));
}

/** How many milliseconds the app takes to handle a message of each phone, on this machine as it is now. */
async function greetAll(peer: SmscPeer): Promise<number> {
  const startedAt = performance.now();
  await deliverAll(peer, 'hello');
  await eventually(
    () => peer.submitted.length,
    (count) => count === COUNT,
    60_000,
  );
  peer.submitted.length = 0;
  return performance.now() - startedAt;
}

it.each([
  ['once', 0],
  ['daily', COUNT],
] as const)('kill -9 while 600 schedules fire (%s): each takes effect once', async (how, left) => {
  await using place = await createPlace();
  await using peer = await SmscPeer.start({ window: 50 });
  const transport = {
    type: 'smpp',
    host: '127.0.0.1',
    port: peer.port,
    system_id: 'vumi',
    password: 'secret',
  };
  await using platform = await PlatformProcess.create(place, { transports: { peer: transport } });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/remind', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/remind', {
    app: 'remind',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);

  const greetingTook = await greetAll(peer);
  // A time of day that has passed when an app asks for it is tomorrow's.
  const due = new Date(Date.now() + 6000 + 4 * greetingTook);
  const when = how === 'once' ? due.getTime() : due.toISOString().slice(11, 19);
  await deliverAll(peer, `${how} ${when}`);
  for (const count of [50, 300]) {
    await eventually(
      () => peer.submitted.length,
      (seen) => seen >= count,
      60_000,
    );
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await eventually(
    () => new Set(peer.submitted.map(({ to }) => to)).size,
    (count) => count === COUNT,
    60_000,
  );
  const reminded = async (): Promise<number> => {
    const { items } = await client.must('GET', '/accounts/clinic/metrics/remind/reminded/sum?step=60');
    return items.reduce((sum: number, { value }: { value: number }) => sum + value, 0);
  };
  await eventually(reminded, (total) => total >= COUNT, 60_000);
  // Whatever would come twice comes now.
  await pause(2000);
  expect(peer.submitted.filter(({ text }) => text !== 'remind #1')).toEqual([]);
  expect(peer.submitted.length).toBe(COUNT);
  expect(await reminded()).toBe(COUNT);
  expect((await client.must('GET', '/accounts/clinic/contacts?limit=500')).next_cursor).not.toBeNull();
  expect(await openSchedules(client)).toBe(left);
});

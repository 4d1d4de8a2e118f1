import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const seen = await app.user.increment('seen');
    await message.reply('re: ' + message.content + ' #' + seen, { end: true });
  },
});
`;

const phones = Array.from({ length: 2000 }, (_, index) => `2776${String(index).padStart(7, '0')}`);

/** An app that answers every text, behind an SMSC of another make, in a process that can be killed. */
export interface EchoClinic extends AsyncDisposable {
  readonly platform: PlatformProcess;
  /** Each of 2,000 phones says one thing; resolves when the platform has taken all of it. */
  sayAll(): Promise<unknown>;
  /** Waits until so many replies have arrived. */
  replied(count: number): Promise<unknown>;
  /** Every phone got one reply to what it said, and its app's state changed once for it. */
  expectOneReplyEach(): Promise<void>;
}

export async function openEchoClinic(settings: Record<string, unknown> = {}): Promise<EchoClinic> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  const peer = stack.use(await SmscPeer.start({ window: 50 }));
  const transport = {
    type: 'smpp',
    host: '127.0.0.1',
    port: peer.port,
    system_id: 'vumi',
    password: 'secret',
  };
  const platform = stack.use(
    await PlatformProcess.create(place, { transports: { peer: transport }, ...settings }),
  );
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/echo', {
    app: 'echo',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);
  const owned = stack.move();
  return {
    platform,
    sayAll: () => Promise.all(phones.map((phone) => peer.deliver(phone, '8000', `n${phone}`))),
    replied: (count) =>
      eventually(
        () => peer.submitted.length,
        (seen) => seen >= count,
        60_000,
      ),
    async expectOneReplyEach() {
      await eventually(
        () => new Set(peer.submitted.map(({ to }) => to)).size,
        (count) => count === phones.length,
        60_000,
      );
      // Whatever would come twice comes now.
      await pause(1000);
      expect(peer.submitted.length).toBe(phones.length);
      expect(peer.submitted.filter(({ to, text }) => text !== `re: n${to} #1`)).toEqual([]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

import { send, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openServices } from './services.fixture.ts';
import type { RuntimeServices } from './services.ts';

let services: RuntimeServices & AsyncDisposable;
beforeEach(async () => {
  services = await openServices([]);
});
afterEach(() => services[Symbol.asyncDispose]());

const message = (content: string): UserMessage => ({ ...send('27761', content), transport_name: 'sms' });
const ends = () => services.wiring.endsOf().ports;

function collect(): { seen: string[]; handle: (message: UserMessage) => Promise<void> } {
  const seen: string[] = [];
  return { seen, handle: async ({ content }) => void seen.push(String(content)) };
}

it('without a dispatcher an application takes what its transport has queued: they share a connector', async () => {
  const { seen, handle } = collect();
  await ends().application('sms').onInbound(handle, { prefetch: 10 });
  await ends().transport('sms').publishInbound(message('hello'));
  await eventually(
    () => seen,
    (all) => all.length === 1,
  );
});

it('towards a dispatcher of the same process it is a call: no queue has seen the message', async () => {
  const gate = Promise.withResolvers<void>();
  await ends()
    .receiveInbound('sms')
    .onInbound(() => gate.promise, { prefetch: 1 });
  let isSafe = false;
  const published = ends()
    .transport('sms')
    .publishInbound(message('hello'))
    .then(() => (isSafe = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([isSafe, await services.broker.depth('sms.inbound')]).toEqual([false, 0]);
  gate.resolve();
  await published;
});

it('a call that the dispatcher rejects is rejected to its caller', async () => {
  await ends()
    .receiveOutbound('app')
    .onOutbound(() => Promise.reject(new Error('no route')), { prefetch: 1 });
  await expect(ends().application('app').publishOutbound(message('hello'))).rejects.toThrow('no route');
});

it('what was queued before the dispatcher came, or while it paused, is taken as well', async () => {
  const { seen, handle } = collect();
  await ends().transport('sms').publishInbound(message('before'));
  const subscription = await ends().receiveInbound('sms').onInbound(handle, { prefetch: 10 });
  await eventually(
    () => seen,
    (all) => all.length === 1,
  );
  await subscription.pause();
  await ends().transport('sms').publishInbound(message('paused'));
  expect(seen).toEqual(['before']);
  await subscription.resume();
  await eventually(
    () => seen,
    (all) => all.length === 2,
  );
});

it('when the dispatcher stops, calls in progress end, calls that wait are queued, and so is what follows', async () => {
  const gate = Promise.withResolvers<void>();
  const worker = services.wiring.endsOf();
  const begun: string[] = [];
  await worker.ports.receiveInbound('sms').onInbound(
    async ({ content }) => {
      begun.push(String(content));
      await gate.promise;
    },
    { prefetch: 10 },
  );
  // As many calls as are taken at once, and one that waits.
  const transport = ends().transport('sms');
  const published = Array.from({ length: 2001 }, (_, index) =>
    transport.publishInbound(message(String(index))),
  );
  const stopped = worker.stopConsumers();
  expect(begun.length).toBe(2000);
  await transport.publishInbound(message('after'));
  gate.resolve();
  await Promise.all([...published, stopped]);
  expect(begun.length).toBe(2000);
  expect(await services.broker.depth('sms.inbound')).toBe(2);
});

it('of two dispatchers of one connector the other is called when one stops', async () => {
  const [one, two] = [collect(), collect()];
  await ends().receiveInbound('sms').onInbound(one.handle, { prefetch: 10 });
  const second = await ends().receiveInbound('sms').onInbound(two.handle, { prefetch: 10 });
  const transport = ends().transport('sms');
  await transport.publishInbound(message('a'));
  await second[Symbol.asyncDispose]();
  await transport.publishInbound(message('b'));
  expect([one.seen, two.seen]).toEqual([['b'], ['a']]);
});

it('a worker that was told to stop can consume nothing any more', async () => {
  const { seen, handle } = collect();
  const worker = services.wiring.endsOf();
  await worker.stopConsumers();
  await worker.ports.application('sms').onInbound(handle, { prefetch: 1 });
  await ends().transport('sms').publishInbound(message('late'));
  expect(await services.broker.depth('sms.inbound')).toBe(1);
  expect(seen).toEqual([]);
});

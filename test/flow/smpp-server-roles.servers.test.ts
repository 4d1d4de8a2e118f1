import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '@vumi/machine/testing';
import { createPlace, eventually, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmppClient } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';

const PHONE = '27761234567';

let place: Place;
let peer: SmscPeer;
let ports: [number, number];
const processes: PlatformProcess[] = [];

beforeAll(async () => {
  place = await createPlace();
  peer = await SmscPeer.start();
  ports = [await freePort(), await freePort()];
  processes.push(await PlatformProcess.create(place, {}, 'api,dispatch,transports'));
  for (const port of ports)
    processes.push(await PlatformProcess.create(place, { smpp_server: { port } }, 'smpp', String(port)));
  for (const process of processes) await process.start();
});

afterAll(async () => {
  await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  await peer[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

it('what is submitted to one process is answered by receipts on a bind of another', async () => {
  const client = processes[0]?.client;
  if (client === undefined) throw new Error('no process');
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/shop/smpp-clients/acme', { password: 'secret' });
  const route = { smpp_client: 'acme', transport: 'peer', to_addr: '8000' };
  await client.must('PUT', '/accounts/shop/routes/acme', route);
  await eventually(() => peer.isBound, Boolean);

  const sender = await eventually(
    () => tryBind(ports[0], 'bind_transmitter'),
    (bound) => bound !== null,
  );
  const receiver = await eventually(
    () => tryBind(ports[1], 'bind_receiver'),
    (bound) => bound !== null,
  );
  // The limit counts the binds of both.
  expect(await tryBind(ports[0], 'bind_transmitter')).toBeNull();

  const answer = await sender?.submit({
    source_addr: '8000',
    destination_addr: PHONE,
    short_message: 'to one',
    registered_delivery: 1,
  });
  await peer.deliver(PHONE, '8000', 'from the phone');
  const receipts = await eventually(
    () => receiver?.receipts ?? [],
    ({ length }) => length === 1,
  );
  expect(receipts[0]).toContain(`id:${String(answer?.['message_id'])} `);
  const messages = await eventually(
    () => receiver?.messages ?? [],
    ({ length }) => length === 1,
  );
  expect(messages).toMatchObject([{ text: 'from the phone' }]);
  await sender?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});

/** Processes hear of a client a moment after it was made. */
async function tryBind(
  port: number,
  command: 'bind_transmitter' | 'bind_receiver',
): Promise<SmppClient | null> {
  return SmppClient.bound({ port }, command).catch(() => null);
}

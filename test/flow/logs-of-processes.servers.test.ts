import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, eventually, zipOf, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({ onMessage: (message) => message.reply('re: ' + message.content, { end: true }) });
`;

let place: Place;
let peer: SmscPeer;
let inside: PlatformProcess;
let outside: PlatformProcess;

beforeAll(async () => {
  place = await createPlace();
  peer = await SmscPeer.start();
  const settings = { log_level: 'debug' };
  inside = await PlatformProcess.create(place, settings, 'api,dispatch,sandbox', 'inside');
  outside = await PlatformProcess.create(place, settings, 'transports', 'outside');
  await inside.start();
  await outside.start();
});

afterAll(async () => {
  await outside[Symbol.asyncDispose]();
  await inside[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** What the log of a process says of a message, by worker. */
function about({ output }: PlatformProcess, id: string): string[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return [];
    const { message_id, worker, msg } = JSON.parse(line) as Record<string, unknown>;
    return message_id === id ? [`${String(worker)}: ${String(msg)}`] : [];
  });
}

it('a message is found by its id in the logs of each process that had it, and so is its reply', async () => {
  const { client } = inside;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  const config = { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  await client.must('PUT', '/accounts/clinic/routes/echo', {
    app: 'echo',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);
  await peer.deliver('27761234567', '8000', 'hi');
  const [reply, written] = await eventually(
    async () =>
      (await client.must('GET', '/accounts/clinic/messages')).items as {
        message_id: string;
        status: string;
      }[],
    ([first]) => first?.status === 'delivered',
  );
  const told = (id = '') => ({ inside: about(inside, id), outside: about(outside, id) });
  // What a process writes of itself is read a little later.
  await eventually(
    () => told(written?.message_id),
    ({ inside: lines }) => lines.includes('sandbox: handler ended'),
  );
  expect(told(written?.message_id).outside).toContain('peer: message received');
  const ofReply = await eventually(
    () => told(reply?.message_id),
    ({ outside: lines }) => lines.includes('peer: event'),
  );
  expect(ofReply.outside).toContain('peer: message to be sent');
  expect([...ofReply.inside, ...ofReply.outside]).toContain('dispatcher: routed');
});

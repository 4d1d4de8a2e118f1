import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, eventually, type Client, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

let place: Place;
let peer: SmscPeer;
let platform: PlatformProcess;
let client: Client;

beforeAll(async () => {
  place = await createPlace();
  peer = await SmscPeer.start();
  const workers = { words: { class: 'vumi.demos.words.EchoWorker', transport_name: 'words' } };
  const dispatch = { route_mappings: { peer: 'answering' } };
  const transports = {
    peer: { type: 'smpp', host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  };
  platform = await PlatformProcess.create(place, { workers, dispatch, transports });
  await platform.start();
  ({ client } = platform);
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const STATIC_REPLY = {
  operation: 'start_worker',
  worker_name: 'answering',
  worker_class: 'vumi.demos.static_reply.StaticReplyApplication',
  worker_config: { transport_name: 'answering', reply_text: 'closed today' },
};

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly started_at: string | null;
}

/** Of all processes: one that was killed is heard of for some seconds yet. */
async function livesOf(name: string): Promise<Listed[]> {
  const { items } = await client.must('GET', '/workers');
  return (items as Listed[]).filter((one) => one.name === name);
}

/** Waits for a life of the worker that began after a time. */
async function runs(name: string, since: string = ''): Promise<Listed | undefined> {
  const isNew = ({ status, started_at: at }: Listed): boolean => status === 'ok' && (at ?? '') > since;
  return eventually(async () => (await livesOf(name)).find(isNew), Boolean);
}

/** A phone writes, and the worker answers it. */
async function ask(): Promise<void> {
  await eventually(() => peer.isBound, Boolean);
  const before = peer.submitted.length;
  await peer.deliver('27761234567', '8000', `open? (${before})`);
  const answer = await eventually(() => peer.submitted[before], Boolean);
  expect(answer).toMatchObject({ to: '27761234567', text: 'closed today' });
}

const now = (): string => new Date().toISOString();

it('a worker is started over HTTP and does its work', async () => {
  const answer = await client.must('POST', '/workers', STATIC_REPLY);
  expect(answer).toMatchObject({ outcome: 'done' });
  await runs('answering');
  expect(await client.must('GET', '/workers/answering')).toMatchObject({ origin: 'run time', restarts: 0 });
  await ask();
});

it('it is there again after kill -9 of its supervisor, and so is what the configuration names', async () => {
  const killedAt = now();
  await platform.kill('SIGKILL');
  await platform.start();
  await runs('answering', killedAt);
  await runs('words', killedAt);
});

it('it answers again', ask);

it('it is restarted with the same options', async () => {
  const before = now();
  await client.must('POST', '/workers', { operation: 'restart_worker', worker_name: 'answering' });
  await runs('answering', before);
});

it.each([
  ['an unknown class', { ...STATIC_REPLY, worker_class: 'StaticRepyl' }, 400, 'config.invalid'],
  ['an option that is none', { ...STATIC_REPLY, worker_config: { reply: 'x' } }, 400, 'config.invalid'],
  ['a part of the platform', { ...STATIC_REPLY, worker_class: 'sandbox' }, 400, 'config.invalid'],
  [
    'another under a name that is taken',
    { ...STATIC_REPLY, worker_config: { transport_name: 'b' } },
    409,
    'request.conflict',
  ],
  ['a worker that is not there', { operation: 'stop_worker', worker_name: 'nobody' }, 404, 'not_found'],
  ['what belongs to a role', { operation: 'stop_worker', worker_name: 'sandbox' }, 409, 'request.conflict'],
  ['no operation', { worker_name: 'answering' }, 400, 'request.invalid'],
])('%s is refused', async (_label, body, status, code) => {
  expect(await client.call('POST', '/workers', body)).toMatchObject({ status, body: { code } });
});

it('a stopped worker is gone, also after a restart', async () => {
  const stoppedAt = now();
  await client.must('POST', '/workers', { operation: 'stop_worker', worker_name: 'answering' });
  await platform.kill('SIGKILL');
  await platform.start();
  await runs('words', stoppedAt);
  const later = (await livesOf('answering')).filter(({ started_at: at }) => (at ?? '') > stoppedAt);
  expect(later).toEqual([]);
});

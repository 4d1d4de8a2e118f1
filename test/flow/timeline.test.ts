import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

interface Entry {
  readonly message_id: string;
  readonly kind: string;
  readonly text: string;
  readonly failed: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what the wire says and compare it.
  readonly details: any;
}

interface Timeline {
  readonly message_id: string;
  readonly messages: readonly {
    readonly message_id: string;
    readonly direction: string;
    readonly status: string;
  }[];
  readonly entries: readonly Entry[];
}

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
});
afterAll(() => world[Symbol.asyncDispose]());

const base = '/accounts/demo/messages';

async function write(from: string, content: string): Promise<void> {
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: from,
    to_addr: '12345',
    content,
  });
}

/** The message to a number, as soon as it has the status; then what is told of it, as soon as that is so much. */
async function timelineTo(
  to: string,
  status: string,
  wanted: (entries: readonly Entry[]) => boolean,
): Promise<Timeline> {
  const query = `${base}?direction=outbound&status=${status}&address=${encodeURIComponent(to)}`;
  const [message] = await eventually(
    async () => (await world.client.must('GET', query)).items as { message_id: string }[],
    (items) => items.length === 1,
  );
  return eventually(
    () => world.client.must('GET', `${base}/${message?.message_id}/timeline`) as Promise<Timeline>,
    ({ entries }) => wanted(entries),
  );
}

const kinds = (entries: readonly Entry[]): string[] => entries.map(({ kind }) => kind);
const commandsOf = (entries: readonly Entry[]): string[] =>
  entries.filter(({ kind }) => kind === 'network').map(({ details }) => details.request.command);

it('one turn is told from the first PDU to the receipt, with the run of the app between', async () => {
  await write('+27761000001', 'hi');
  const timeline = await timelineTo(
    '+27761000001',
    'delivered',
    (entries) =>
      kinds(entries).filter((kind) => kind === 'network').length === 3 && kinds(entries).includes('run'),
  );
  expect(timeline.messages).toMatchObject([
    { direction: 'inbound' },
    { direction: 'outbound', status: 'delivered' },
  ]);
  expect(commandsOf(timeline.entries)).toEqual(['deliver_sm', 'submit_sm', 'deliver_sm']);
  const [taken, sent] = timeline.entries.filter(({ kind }) => kind === 'network');
  expect(taken?.details.request.fields).toMatchObject({
    source_addr: '+27761000001',
    short_message: { text: 'hi' },
  });
  expect(sent?.details.answer).toMatchObject({ command: 'submit_sm_resp', command_status: 'ESME_ROK' });
  expect(timeline.entries.find(({ kind }) => kind === 'route')?.text).toBe('route "hello" to app demo/hello');
  expect(timeline.entries.find(({ kind }) => kind === 'run')?.details).toMatchObject({
    outcome: 'ok',
    effects: { writes: [{ op: 'increment', key: 'visits' }] },
  });
  expect(timeline.entries.filter(({ failed }) => failed)).toEqual([]);

  const { out } = await vumi(world.client, 'messages', 'show', timeline.message_id, '--account', 'demo');
  expect(out).toMatch(/in1 +message +\+27761000001 wrote to 12345/);
  expect(out).toMatch(/asked +command=submit_sm .*destination_addr=27761000001/);
  expect(out).toMatch(/out2 +event +delivered \(DELIVERED, error 000\)/);

  const networksId = sent?.details.answer.fields.message_id as string;
  for (const id of [networksId, timeline.message_id.slice(0, 20), timeline.messages[0]?.message_id]) {
    const same = (await world.client.must('GET', `/messages/${id}/timeline`)) as Timeline;
    expect(same.entries.length).toBe(timeline.entries.length);
  }
});

it('a message that its network refused, or could not deliver, says so with the PDUs', async () => {
  await world.client.must('PUT', '/simulators/smsc/script', {
    rules: [
      { to: '27761000002', do: { status: 'ESME_RINVDSTADR' } },
      { to: '27761000003', do: { receipt: { states: ['UNDELIV'] } } },
    ],
  });
  await write('+27761000002', 'hi');
  const refused = await timelineTo('+27761000002', 'nack', (entries) =>
    commandsOf(entries).includes('submit_sm'),
  );
  const failed = refused.entries.filter((entry) => entry.failed);
  expect(failed.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['network', 'event']));
  expect(failed.find(({ kind }) => kind === 'network')?.details.answer.command_status).toBe(
    'ESME_RINVDSTADR',
  );

  await write('+27761000003', 'hi');
  const undelivered = await timelineTo(
    '+27761000003',
    'undelivered',
    (entries) => commandsOf(entries).length === 3,
  );
  const receipt = undelivered.entries.findLast(({ kind }) => kind === 'network');
  expect(receipt).toMatchObject({ failed: true, details: { request: { command: 'deliver_sm' } } });
});

it('what no route matched is there for administrators, and nobody sees what is another account’s', async () => {
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: '+27761000004',
    to_addr: '99999',
    content: 'anybody?',
  });
  const query = `/messages?address=${encodeURIComponent('+27761000004')}`;
  const [lost] = await eventually(
    async () => (await world.client.must('GET', query)).items as { message_id: string }[],
    (items) => items.length === 1,
  );
  const told = (await world.client.must('GET', `/messages/${lost?.message_id}/timeline`)) as Timeline;
  expect(told.entries.find(({ kind }) => kind === 'route')).toMatchObject({
    failed: true,
    text: 'no route leads on from here',
  });
  await world.client.must('POST', '/accounts', { name: 'other' });
  const { token } = await world.client.must('POST', '/accounts/other/tokens', {
    label: 'x',
    scopes: ['account'],
  });
  const other = new Client(world.client.url, token as string);
  const mine = (await world.client.must('GET', base)).items as { message_id: string }[];
  for (const id of [lost?.message_id, mine[0]?.message_id]) {
    expect((await other.call('GET', `/accounts/other/messages/${id}/timeline`)).status).toBe(404);
    expect((await other.call('GET', `/accounts/demo/messages/${id}/timeline`)).status).toBe(404);
    expect((await other.call('GET', `/messages/${id}/timeline`)).status).toBe(403);
  }
});

it('a request over HTTP is told without its secrets', async () => {
  await world.client.must('PUT', '/transports/web', {
    type: 'http_api',
    config: { web_username: 'me', web_password: 'hush-hush', secret_path: 'hidden-place-0123456789' },
  });
  await world.client.must('PUT', '/accounts/demo/routes/web', {
    app: 'hello',
    transport: 'web',
    to_addr: '777',
  });
  const [place] = (await world.client.must('GET', '/transports/web/urls')).items as { url: string }[];
  const url = `${place?.url}?from_addr=27761000005&to_addr=777&content=hello`;
  const headers = { authorization: `Basic ${Buffer.from('me:hush-hush').toString('base64')}` };
  const answer = await eventually(
    () => fetch(url, { headers }),
    ({ status }) => status === 200,
  );
  const { message_id: id } = (await answer.json()) as { message_id: string };
  const timeline = await eventually(
    () => world.client.call('GET', `${base}/${id}/timeline`),
    ({ status, body }) => status === 200 && kinds((body as Timeline).entries).includes('network'),
  );
  const { entries } = timeline.body as Timeline;
  const network = entries.find(({ kind }) => kind === 'network');
  expect(network?.details.request).toMatchObject({
    method: 'GET',
    query: 'from_addr=27761000005&to_addr=777&content=hello',
  });
  const secret = new URL(place?.url ?? '').pathname.split('/').findLast((part) => part !== '') ?? '';
  for (const hidden of [secret, 'hush-hush', headers.authorization])
    expect(JSON.stringify(network)).not.toContain(hidden);
});

import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { hmacOf } from '../http/signatures.ts';
import type { phones } from './index.ts';
import { transportTypes } from '../registry.ts';
import type { CalledRequest } from '../testing/called-http.ts';
import { eventually } from '../testing/eventually.ts';
import { ProviderPlay } from '../testing/provider-play.ts';

type Phone = keyof typeof phones;

const U = '+27761234567';
const TS = 1_700_000_000;
const CONFIGS: Readonly<Record<Phone, object>> = {
  smssync: { smssync_secret: 's', reply_delay: 0 },
  rapidpro_relayer: { secret: 'sek', phone_number: '8000', reply_delay: 0 },
};
const start = (type: Phone, config: object = {}): Promise<ProviderPlay> =>
  ProviderPlay.start(type, { ...CONFIGS[type], ...config }, { clock: () => TS * 1000 });

const SMS = { secret: 's', from: U, message: 'hi', sent_to: '8000' };
const results = (...given: readonly unknown[]): CalledRequest => ({
  path: '/?task=result&secret=s',
  json: { message_result: given },
});
const GET = (path: string): CalledRequest => ({ method: 'GET', path });

/** A sync as the app signs it. */
function sync(commands: unknown, { ts = TS, padding = '=' } = {}): CalledRequest {
  const body = typeof commands === 'string' ? commands : JSON.stringify({ cmds: commands });
  const signature = hmacOf({ hash: 'sha256', key: `sek${ts}`, coding: 'base64url' }, body) + padding;
  return { path: `/relayers/relayer/sync/1/?ts=${ts}&signature=${encodeURIComponent(signature)}`, body };
}
const mo = (more: object = {}): object => ({ cmd: 'mo_sms', phone: U, msg: 'hi', ts: 5, p_id: 7, ...more });
const ack = { cmd: 'ack', p_id: 7 };

async function hand(play: ProviderPlay, ...messages: readonly Partial<UserMessage>[]): Promise<void> {
  for (const message of messages) play.queue(message).catch(() => {});
  await eventually(
    () => play.gauges['waiting'],
    (count) => count === messages.length,
  );
}

const bodyOf = async (play: ProviderPlay, request: CalledRequest): Promise<unknown> => {
  const { body } = await play.ask(request);
  return JSON.parse(String(body));
};

interface Inbound {
  readonly type: Phone;
  readonly label: string;
  readonly config?: object;
  readonly request: CalledRequest;
  readonly answer: unknown;
  readonly messages: readonly Record<string, unknown>[];
}

const TAKEN = { payload: { success: true, error: null } };
const NOT_TAKEN = { payload: { success: false, error: expect.any(String) } };
const MULTIPLE = { multiple: true, smssync_secret: '', country_codes: { north: '27' } };

const INBOUND: readonly Inbound[] = [
  {
    type: 'smssync',
    label: 'a message',
    request: { form: { ...SMS, message_id: 'a', device_id: 'd', sent_timestamp: '1' } },
    answer: TAKEN,
    messages: [
      {
        from_addr: U,
        to_addr: '8000',
        content: 'hi',
        transport_type: 'sms',
        transport_metadata: { smssync: { device_id: 'd', sent_timestamp: '1' } },
      },
    ],
  },
  {
    type: 'smssync',
    label: 'a message to an old app',
    config: { success_format: 'text', ack_on: 'poll' },
    request: { form: SMS },
    answer: { payload: { success: 'true', error: null } },
    messages: [{ content: 'hi' }],
  },
  {
    type: 'smssync',
    label: 'an empty text',
    request: { form: { ...SMS, message: '' } },
    answer: TAKEN,
    messages: [{ content: '' }],
  },
  {
    type: 'smssync',
    label: 'a wrong secret',
    request: { form: { ...SMS, secret: 'bad' } },
    answer: NOT_TAKEN,
    messages: [],
  },
  {
    type: 'smssync',
    label: 'another task',
    request: GET('/?task=x&secret=s'),
    answer: NOT_TAKEN,
    messages: [],
  },
  {
    type: 'smssync',
    label: 'one of several phones',
    config: MULTIPLE,
    request: { path: '/north/', form: { ...SMS, from: '0761234567' } },
    answer: TAKEN,
    messages: [{ from_addr: U, transport_metadata: { account_id: 'north', smssync: {} } }],
  },
  {
    type: 'smssync',
    label: 'one of several phones that does not say which',
    config: MULTIPLE,
    request: { form: SMS },
    answer: NOT_TAKEN,
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a message',
    request: sync([{ cmd: 'fcm', uuid: 'u', p_id: 1 }, mo()]),
    answer: { cmds: [ack] },
    messages: [{ from_addr: U, to_addr: '8000', content: 'hi', transport_metadata: expect.any(Object) }],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a message without a text among others, and calls',
    request: sync([mo({ msg: '' }), mo({ p_id: 8 }), { cmd: 'call', type: 'mo_miss', p_id: 9 }]),
    answer: { cmds: [ack, { cmd: 'ack', p_id: 8 }, { cmd: 'ack', p_id: 9 }] },
    messages: [{ content: 'hi' }],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a signature without padding',
    request: sync([mo()], { padding: '' }),
    answer: { cmds: [ack] },
    messages: [{ content: 'hi' }],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a phone that does not know yet that it is claimed',
    request: sync([{ cmd: 'status', org_id: -1 }]),
    answer: { cmds: [{ cmd: 'claim', org_id: 1 }] },
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a wrong clock, which is no reason to forget us',
    request: sync([mo()], { ts: TS - 1000 }),
    answer: { error_id: 3, error: expect.any(String), cmds: [] },
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a body that is no JSON',
    request: sync('hi'),
    answer: { error_id: 4, error: expect.any(String), cmds: [] },
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'another place',
    request: { ...sync([mo()]), path: '/relayers/relayer/sync/2/' },
    answer: { error_id: 4, error: expect.any(String), cmds: [] },
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'commands that are none',
    request: sync([
      null,
      1,
      'x',
      [],
      {},
      { cmd: {} },
      { cmd: 'status', pending: { a: 1 }, retry: [null, {}] },
    ]),
    answer: { cmds: [{ cmd: 'claim', org_id: 1 }] },
    messages: [],
  },
  {
    type: 'rapidpro_relayer',
    label: 'a registration',
    request: { path: '/relayers/relayer/register/', json: { cmds: [{ cmd: 'fcm', uuid: 'u' }] } },
    answer: {
      cmds: [{ cmd: 'reg', relayer_id: 1, relayer_secret: 'sek', relayer_claim_code: expect.any(String) }],
    },
    messages: [],
  },
];

describe.each(INBOUND)('$type: $label', ({ type, config, request, answer, messages }) => {
  it('is answered and published as it should', async () => {
    await using play = await start(type, config);
    expect(await bodyOf(play, request)).toEqual(answer);
    expect(play.inbound).toMatchObject(messages);
    expect(play.inbound.length).toBe(messages.length);
  });
});

it('signatures are those of the app', () => {
  const signed = hmacOf({ hash: 'sha256', key: `sek${TS}`, coding: 'base64url' }, '{"cmds":[]}');
  expect(`${signed}=`).toBe('vHxzoEysrlcCW678fB-OTFUeES8SsZHPhR6mHv5yAqk=');
});

it('a phone that was named alone may register', async () => {
  await using play = await start('rapidpro_relayer', { phone_id: 'u' });
  const register = (uuid: string): CalledRequest => ({
    path: '/relayers/relayer/register',
    json: { cmds: [{ cmd: 'fcm', uuid }] },
  });
  expect((await play.ask(register('v'))).status).toBe(403);
  expect((await play.ask(register('u'))).status).toBe(200);
});

describe('what is sent', () => {
  it('by SMSSync: asked for, confirmed, and told of when it was asked for', async () => {
    await using play = await start('smssync');
    await hand(play, { message_id: 'm1' }, { message_id: 'm2', to_addr: '+27761234568' });
    const messages = [
      { to: U, message: 'yo', uuid: 'm1' },
      { to: '+27761234568', message: 'yo', uuid: 'm2' },
    ];
    expect(await bodyOf(play, GET('/?task=send&secret=s'))).toEqual({
      payload: { task: 'send', secret: 's', messages },
    });
    const sent = { path: '/?task=sent&secret=s', json: { queued_messages: ['m1', 'm2', 3, 'x'] } };
    expect(await bodyOf(play, sent)).toEqual({ message_uuids: ['m1', 'm2'] });
    expect(await bodyOf(play, GET('/?task=result&secret=s'))).toEqual({ message_uuids: ['m1', 'm2'] });
    const delivered = { uuid: 'm1', sent_result_code: 0, delivered_result_code: 0 };
    const refused = { uuid: 'm2', sent_result_code: 4, sent_result_message: 'No service' };
    const junk = [null, {}, { uuid: 'm1' }, { uuid: ['m2'], sent_result_code: 0 }];
    expect(await bodyOf(play, results(delivered, refused, ...junk))).toEqual(TAKEN);
    const states = play.events.map((event) =>
      event.event_type === 'delivery_report' ? event.delivery_status : event.event_type,
    );
    expect(states).toEqual(['ack', 'ack', 'delivered', 'failed']);
    expect(await bodyOf(play, GET('/?task=result&secret=s'))).toEqual({ message_uuids: [] });
  });

  it('by SMSSync: a failure of what was not confirmed is a nack that says why', async () => {
    await using play = await start('smssync');
    await hand(play, { message_id: 'm1' });
    await play.ask(GET('/?task=send&secret=s'));
    const failed = JSON.stringify([{ uuid: 'm1', sent_result_code: 4, sent_result_message: 'No service' }]);
    const form = { path: '/?task=result&secret=s', form: { message_result: failed } };
    expect(await bodyOf(play, form)).toEqual(TAKEN);
    expect(play.events).toMatchObject([{ event_type: 'nack', nack_reason: '4: No service' }]);
  });

  it('by SMSSync: replies go with the answer to what they reply to', async () => {
    await using play = await start('smssync', { reply_delay: 0.2 });
    play.memory.onInbound = async ({ message_id }) => {
      play.queue({ message_id: 'm1', in_reply_to: message_id }).catch(() => {});
    };
    expect(await bodyOf(play, { form: SMS })).toEqual({
      payload: {
        success: true,
        error: null,
        task: 'send',
        secret: 's',
        messages: [{ to: U, message: 'yo', uuid: 'm1' }],
      },
    });
  });

  it('by SMSSync: leaves by the phone that it is of', async () => {
    await using play = await start('smssync', { ...MULTIPLE, account_numbers: { south: '+27800000001' } });
    await hand(play, { message_id: 'm1', transport_metadata: { account_id: 'north' } }, { message_id: 'm2' });
    const asked = async (account: string): Promise<string[]> => {
      const { payload } = (await bodyOf(play, GET(`/${account}?task=send`))) as {
        payload: { messages: { uuid: string }[] };
      };
      return payload.messages.map(({ uuid }) => uuid);
    };
    expect([await asked('north'), await asked('south'), await asked('west')]).toEqual([['m1'], ['m2'], []]);
    const unknown = await play.send({ from_addr: '+27800000009' });
    expect(unknown).toMatchObject({ event_type: 'nack' });
  });

  it('by RapidPro’s app: under numbers, one command for a text, and told of', async () => {
    await using play = await start('rapidpro_relayer');
    const others = [1, 2].map((n) => ({ message_id: `m${n}`, to_addr: `+2776123456${n}` }));
    await hand(play, ...others, { message_id: 'm3', content: 'bye' });
    const to = others.map(({ to_addr }, index) => ({ id: index + 1, phone: to_addr }));
    const commands = [
      { cmd: 'mt_bcast', to, msg: 'yo' },
      { cmd: 'mt_bcast', to: [{ id: 3, phone: U }], msg: 'bye' },
    ];
    expect(await bodyOf(play, sync([]))).toEqual({ cmds: commands });
    const told = [
      { cmd: 'status', org_id: 1, pending: [1, 99], retry: [] },
      { cmd: 'mt_dlvd', msg_id: 2, p_id: 7 },
      { cmd: 'mt_fail', msg_id: '3', p_id: 8 },
      { cmd: 'mt_dlvd', msg_id: 99, p_id: 9 },
    ];
    expect(await bodyOf(play, sync(told))).toEqual({ cmds: [7, 8, 9].map((p_id) => ({ cmd: 'ack', p_id })) });
    const states = play.events.map((event) => {
      const status = event.event_type === 'delivery_report' ? event.delivery_status : event.event_type;
      return `${event.user_message_id} ${status}`;
    });
    expect(states.toSorted()).toEqual(['m1 ack', 'm2 ack', 'm2 delivered', 'm3 nack']);
    expect(await bodyOf(play, sync([{ cmd: 'mt_fail', msg_id: 1, p_id: 7 }]))).toEqual({ cmds: [ack] });
    expect(play.events.at(-1)).toMatchObject({ user_message_id: 'm1', delivery_status: 'failed' });
  });
});

it('a new transport has a secret of its own, or a place that nobody can guess', () => {
  const { smssync, rapidpro_relayer: relayer } = transportTypes;
  expect(smssync.fillIn?.({}, null)).toEqual({ secret_path: expect.stringMatching(/^[\w-]{24}$/) });
  expect(smssync.fillIn?.({ smssync_secret: 's' }, null)).toEqual({ smssync_secret: 's' });
  const made = relayer.fillIn?.({}, null);
  expect(made).toEqual({
    web_path: expect.stringMatching(/^\/[\w-]{24}$/),
    secret: expect.stringMatching(/^[\w-]{64}$/),
  });
  expect(relayer.fillIn?.({ phone_number: '1' }, made ?? null)).toEqual({ ...made, phone_number: '1' });
});

it.each([
  ['SingleSmsSync', { ack_on: 'poll', success_format: 'text' }],
  ['vumi.transports.smssync.MultiSmsSync', { ack_on: 'poll', success_format: 'text', multiple: true }],
])('Vumi’s %s is it', (name, options) => {
  expect(transportTypes.smssync.aliases[name]).toEqual(options);
});

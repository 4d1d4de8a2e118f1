import { describe, expect, it } from 'vitest';
import type { CalledRequest } from '../testing/called-http.ts';
import { eventually } from '../testing/eventually.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, signedByTwilio, talkingAnswer, TOKEN, type Provider } from '../testing/sms-goldens.ts';

interface Receipts {
  readonly type: Provider;
  readonly answers: readonly Scripted[];
  /** Each with what it is to lead to: a status, or null for nothing. */
  readonly told: readonly (readonly [CalledRequest, string | null])[];
  readonly config?: Record<string, unknown>;
}

const form = (path: string, fields: Record<string, string>): CalledRequest => ({ path, form: fields });
const RECEIPTS: readonly Receipts[] = [
  {
    type: 'external',
    answers: [[200]],
    told: [
      [form('/sent', { id: 'm1' }), 'pending'],
      [form('/delivered', { uuid: 'm1' }), 'delivered'],
      [form('/failed', { id: 'm1' }), null],
      [form('/delivered', { id: 'nobody' }), null],
    ],
  },
  {
    type: 'africas_talking',
    answers: [talkingAnswer('Success', 101)],
    told: [
      [form('/receipts', { id: 'ATX_1', status: 'Buffered' }), 'pending'],
      [form('/receipts', { id: 'ATX_1', status: 'Failed', failureReason: 'UserInBlackList' }), 'failed'],
      [form('/receipts', { id: 'ATX_1', status: 'Success' }), null],
    ],
  },
  {
    type: 'infobip',
    answers: [[200, {}]],
    told: [
      [
        { path: '/receipts', json: { results: [{ messageId: 'm1', status: { groupName: 'PENDING' } }] } },
        'pending',
      ],
      [
        { path: '/receipts', json: { results: [{ messageId: 'm1', status: { groupName: 'REJECTED' } }] } },
        'failed',
      ],
    ],
  },
  {
    type: 'clickatell',
    answers: [[202, { messages: [{ apiMessageId: 'x', accepted: true }] }]],
    told: [
      [{ path: '/receipts', json: { messageId: 'x', statusCode: 3 } }, 'pending'],
      [{ path: '/receipts', json: { messageId: 'x', statusCode: 4 } }, 'delivered'],
    ],
  },
  {
    type: 'termii',
    config: { secret_key: undefined },
    answers: [[200, { message_id: '2' }]],
    told: [
      [{ json: { type: 'outbound', message_id: '2', status: 'Message Sent' } }, 'pending'],
      [{ json: { type: 'outbound', message_id: '2', status: 'DND Active on Phone Number' } }, 'failed'],
    ],
  },
  {
    type: 'vonage',
    answers: [
      [
        200,
        {
          messages: [
            { status: '0', 'message-id': 'a' },
            { status: '0', 'message-id': 'b' },
          ],
        },
      ],
    ],
    told: [
      [form('/receipts', { messageId: 'a', status: 'delivered' }), null],
      [form('/receipts', { messageId: 'b', status: 'delivered' }), 'delivered'],
    ],
  },
  {
    type: 'orange',
    answers: [TOKEN, [201, { resourceURL: 'https://o/requests/o1' }]],
    told: [
      [
        {
          path: '/receipts',
          json: {
            deliveryInfoNotification: {
              callbackData: 'o1',
              deliveryInfo: { deliveryStatus: 'DeliveryImpossible' },
            },
          },
        },
        'failed',
      ],
    ],
  },
  {
    type: 'capcom6',
    config: { signing_key: undefined },
    answers: [[202, { id: 'm1' }]],
    told: [
      [{ json: { id: 'e1', event: 'sms:sent', payload: { messageId: 'm1' } } }, 'pending'],
      [{ json: { id: 'e2', event: 'system:ping', payload: {} } }, null],
      [
        {
          json: {
            id: 'e3',
            event: 'sms:failed',
            payload: { messageId: 'm1', reason: 'RESULT_ERROR_NO_SERVICE' },
          },
        },
        'failed',
      ],
    ],
  },
  {
    type: 'mtn',
    answers: [TOKEN, [201, { transactionId: 't1' }]],
    told: [[{ json: { transactionId: 't1', deliveryStatus: 'DELIVRD' } }, 'delivered']],
  },
];

describe('what a provider says of messages', () => {
  it.each(RECEIPTS)('$type', async ({ type, config, answers, told }) => {
    await using play = await ProviderPlay.start(type, { ...CONFIGS[type], ...config });
    play.will(...answers);
    await play.send({ message_id: 'm1' });
    for (const [request, status] of told) {
      const before = play.events.length;
      expect(await play.ask(request)).toMatchObject({ status: 200 });
      const news = play.events.slice(before);
      expect(news).toMatchObject(status === null ? [] : [{ user_message_id: 'm1', delivery_status: status }]);
    }
  });

  it('dmark_sms: at the URL of each message, and nowhere else', async () => {
    await using play = await ProviderPlay.start('dmark_sms', CONFIGS.dmark_sms);
    await play.send({ message_id: 'm1' });
    const body = new URLSearchParams(play.sent[0]?.body?.toString());
    const url = new URL((body.get('dlr_url') ?? '').replace('%s', '1'));
    const path = `${url.pathname.slice('/hooks/net'.length)}${url.search}`;
    expect(await play.ask({ path: path.replace('m1', 'm2') })).toMatchObject({ status: 403 });
    expect(play.events.length).toBe(1);
    expect(await play.ask({ path })).toMatchObject({ status: 200 });
    expect(play.events[1]).toMatchObject({ user_message_id: 'm1', delivery_status: 'delivered' });
  });

  it('a receipt before its response is told after the ack, and a text that was read is told twice', async () => {
    await using play = await ProviderPlay.start('clickatell', CONFIGS.clickatell);
    expect(await play.ask({ path: '/receipts', json: { messageId: 'x', statusCode: 4 } })).toMatchObject({
      status: 200,
    });
    expect(play.events).toEqual([]);
    play.will([202, { messages: [{ apiMessageId: 'x', accepted: true }] }]);
    await play.send();
    expect(play.events).toMatchObject([{ event_type: 'ack' }, { delivery_status: 'delivered' }]);
  });

  it('twilio: that it was read, after it was delivered', async () => {
    await using play = await ProviderPlay.start('twilio', CONFIGS.twilio);
    play.will([201, { sid: 'SM2' }]);
    await play.send();
    for (const MessageStatus of ['sent', 'delivered', 'read', 'read', 'failed']) {
      const fields = { MessageSid: 'SM2', MessageStatus };
      expect(await play.ask(signedByTwilio('/status', fields))).toMatchObject({ status: 200 });
    }
    expect(play.events.slice(1)).toMatchObject([
      { delivery_status: 'pending' },
      { delivery_status: 'delivered', transport_metadata: { twilio: { status: 'delivered' } } },
      { delivery_status: 'delivered', transport_metadata: { read_at: expect.any(String) } },
    ]);
  });
});

it('hubtel: is asked what became of a message', async () => {
  let now = Date.now();
  await using play = await ProviderPlay.start('hubtel', CONFIGS.hubtel, { clock: () => now });
  // What is due is looked for from the first look on.
  await eventually(() => play.memory.state.values.has('transport/net/visited'), Boolean);
  play.will([200, { status: 0, messageId: 'h1' }], [200, { status: 'Delivered' }]);
  await play.send();
  await eventually(
    () => {
      now += 10_000;
      return play.events.length;
    },
    (count) => count === 2,
  );
  expect(play.sent[1]).toMatchObject({ method: 'GET', url: 'https://sms.hubtel.com/v1/messages/h1' });
  expect(play.events[1]).toMatchObject({ delivery_status: 'delivered' });
});

import { expect, it } from 'vitest';
import type { CalledRequest } from '../testing/called-http.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, signedByTwilio, talkingAnswer, TOKEN, type Provider } from '../testing/sms-goldens.ts';

interface Words {
  /** To what is sent first. */
  readonly answers: readonly Scripted[];
  readonly config?: Record<string, unknown>;
  readonly request: (word: string) => CalledRequest;
  readonly pending: readonly string[];
  readonly delivered: readonly string[];
  readonly failed: readonly string[];
}

const vonageAnswer = { messages: [{ status: '0', 'message-id': 'x' }] };

/** What providers call the states of messages (spec channels §C). */
const WORDS: Partial<Record<Provider, Words>> = {
  africas_talking: {
    answers: [talkingAnswer('Success', 101)],
    request: (status) => ({ path: '/receipts', form: { id: 'ATX_1', status } }),
    pending: ['Sent', 'Submitted', 'Buffered'],
    delivered: ['Success'],
    failed: ['Rejected', 'Failed', 'Expired'],
  },
  twilio: {
    answers: [[201, { sid: 'SM2', status: 'queued' }]],
    request: (MessageStatus) =>
      signedByTwilio('/status', { MessageSid: 'SM2', MessageStatus, ErrorCode: '30003' }),
    pending: ['accepted', 'queued', 'sending', 'sent'],
    delivered: ['delivered', 'read'],
    failed: ['undelivered', 'failed'],
  },
  vonage: {
    answers: [[200, vonageAnswer]],
    request: (status) => ({ path: '/receipts', form: { messageId: 'x', status, 'err-code': '0' } }),
    pending: ['accepted', 'buffered', 'unknown'],
    delivered: ['delivered'],
    failed: ['failed', 'expired', 'rejected'],
  },
  infobip: {
    answers: [[200, {}]],
    request: (groupName) => ({
      path: '/receipts',
      json: { results: [{ messageId: 'm1', status: { groupName } }] },
    }),
    pending: ['PENDING'],
    delivered: ['DELIVERED'],
    failed: ['UNDELIVERABLE', 'EXPIRED', 'REJECTED'],
  },
  clickatell: {
    answers: [[202, { messages: [{ apiMessageId: 'x', accepted: true }] }]],
    request: (code) => ({ path: '/receipts', json: { messageId: 'x', statusCode: Number(code) } }),
    pending: ['2', '3', '8', '11'],
    delivered: ['4'],
    failed: ['1', '5', '6', '7', '9', '10', '12', '14'],
  },
  termii: {
    config: { secret_key: undefined },
    answers: [[200, { message_id: '2' }]],
    request: (status) => ({ json: { type: 'outbound', message_id: '2', status } }),
    pending: ['Message Sent'],
    delivered: ['Delivered'],
    failed: ['DND Active on Phone Number', 'Message Failed', 'Rejected', 'Expired'],
  },
  orange: {
    answers: [TOKEN, [201, { resourceURL: 'https://o/requests/o1' }]],
    request: (deliveryStatus) => ({
      path: '/receipts',
      json: { deliveryInfoNotification: { callbackData: 'o1', deliveryInfo: { deliveryStatus } } },
    }),
    pending: ['DeliveredToNetwork', 'MessageWaiting', 'DeliveryUncertain'],
    delivered: ['DeliveredToTerminal'],
    failed: ['DeliveryImpossible'],
  },
  mtn: {
    answers: [TOKEN, [201, { transactionId: 't1' }]],
    request: (deliveryStatus) => ({ json: { transactionId: 't1', deliveryStatus } }),
    pending: ['ACCEPTD'],
    delivered: ['DELIVRD', 'DeliveredToTerminal'],
    failed: ['EXPIRED', 'UNDELIV', 'REJECTD'],
  },
};

const ROWS = Object.entries(WORDS).flatMap(([type, { pending, delivered, failed, ...how }]) =>
  Object.entries({ pending, delivered, failed }).flatMap(([status, words]) =>
    words.map((word) => ({ ...how, type: type as Provider, status, word })),
  ),
);

it.each(ROWS)('$type: "$word" is $status', async ({ type, config, answers, request, status, word }) => {
  await using play = await ProviderPlay.start(type, { ...CONFIGS[type], ...config });
  play.will(...answers);
  await play.send({ message_id: 'm1' });
  expect(await play.ask(request(word))).toMatchObject({ status: 200 });
  expect(play.events.slice(1)).toMatchObject([{ user_message_id: 'm1', delivery_status: status }]);
});

import { expect, it } from 'vitest';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, type Provider } from '../testing/sms-goldens.ts';

const ack = (id: string) => ({ event_type: 'ack', sent_message_id: id });
const nack = (reason: string) => ({ event_type: 'nack', nack_reason: reason });

/** Success is what a provider does not refuse, with an id or without one (spec channels §1.2). */
const ANSWERS: readonly (readonly [Provider, Scripted, Record<string, unknown>])[] = [
  ['termii', [200, { code: 'ok', message: 'Successfully Sent' }], ack('m1')],
  ['termii', [200, { code: 'error', message: 'Invalid sender' }], nack('error: Invalid sender')],
  ['hubtel', [201, { MessageId: 'h1' }], ack('h1')],
  ['orange', [201, {}], ack('m1')],
  ['infobip', [200, { messages: [{ messageId: 'm1', status: { groupId: 3 } }] }], ack('m1')],
  ['clickatell', [202, 'taken'], ack('m1')],
  [
    'twilio',
    [400, { code: 63016, message: 'outside the allowed window' }],
    nack('63016: outside the allowed window'),
  ],
  ['twilio', [400, { code: 21211, message: 'no number' }], nack('21211: no number')],
];

it.each(ANSWERS)('%s: %j', async (type, answer, event) => {
  await using play = await ProviderPlay.start(type, CONFIGS[type]);
  if (type === 'orange') play.will([200, { access_token: 'tok' }]);
  play.will(answer);
  expect(await play.send({ message_id: 'm1' })).toMatchObject(event);
});

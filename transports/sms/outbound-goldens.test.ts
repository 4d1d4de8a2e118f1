import type { UserMessage } from '@vumi/core';
import type { OutboundRequest } from '@vumi/http';
import { describe, expect, it } from 'vitest';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, C, talkingAnswer, TOKEN, U, u, type Provider } from '../testing/sms-goldens.ts';

interface Outbound {
  readonly type: Provider;
  readonly label: string;
  readonly config?: Record<string, unknown>;
  readonly message?: Partial<UserMessage>;
  readonly answers: readonly Scripted[];
  /** Of the last request. */
  readonly request?: Record<string, unknown>;
  readonly event: Record<string, unknown>;
}

const ack = (id: string) => ({ event_type: 'ack', sent_message_id: id });
const nack = (reason: string) => ({ event_type: 'nack', nack_reason: reason });
const WHATSAPP = { in_reply_to: 'i1', transport_type: 'whatsapp' };

/** What an app sends, what the provider is asked and answers, and the event (spec channels §C, §D). */
const OUTBOUND: readonly Outbound[] = [
  {
    type: 'external',
    label: 'values are written as the URL wants them',
    config: { mt_response_check: 'OK' },
    message: { content: 'a&b', message_id: 'm1' },
    answers: [[200, 'OK queued']],
    request: { method: 'GET', url: `http://g/?to=${u}&t=a%26b` },
    event: ack('m1'),
  },
  {
    type: 'external',
    label: 'an answer without the word is a refusal',
    config: { mt_response_check: 'OK' },
    answers: [[200, 'ERR']],
    event: nack('answered without "OK": ERR'),
  },
  {
    type: 'external',
    label: 'JSON values bring their quotes',
    config: {
      send_method: 'POST',
      content_type: 'json',
      send_body: '{"id":{{id}},"text":{{text}},"quick":{{quick_replies}}}',
      headers: { Authorization: 'Token t' },
    },
    message: {
      message_id: 'm1',
      content: 'say "hi"',
      helper_metadata: { send: { quick_replies: [{ title: 'Yes' }] } },
    },
    answers: [[200]],
    request: {
      body: { id: 'm1', text: 'say "hi"', quick: ['Yes'] },
      headers: { 'content-type': 'application/json', Authorization: 'Token t' },
    },
    event: ack('m1'),
  },
  {
    type: 'external',
    label: 'XML values are escaped',
    config: { send_method: 'POST', content_type: 'xml', send_body: '<t>{{text}}</t>' },
    message: { message_id: 'm1', content: 'a<b' },
    answers: [[200]],
    request: { body: '<t>a&lt;b</t>' },
    event: ack('m1'),
  },
  {
    type: 'external',
    label: 'a long text goes in two, in order',
    config: { max_length: 8 },
    message: { message_id: 'm1', content: 'one two three' },
    answers: [[200], [200]],
    request: { url: `http://g/?to=${u}&t=three` },
    event: ack('m1,m1'),
  },
  {
    type: 'external',
    label: 'of a text in two the second is not sent when the first is refused',
    config: { max_length: 8 },
    message: { content: 'one two three' },
    answers: [[400, 'no'], [200]],
    request: { url: `http://g/?to=${u}&t=one%20two` },
    event: nack('400: no'),
  },
  {
    type: 'africas_talking',
    label: 'a message',
    answers: [talkingAnswer('Success', 101)],
    request: {
      url: 'https://api.africastalking.com/version1/messaging',
      headers: { apikey: 'k' },
      body: { username: 'x', to: U, message: 'yo', from: C },
    },
    event: ack('ATX_1'),
  },
  {
    type: 'africas_talking',
    label: 'an answer carries the link of what it answers',
    config: { sandbox: true, sender: '8000' },
    message: { in_reply_to: 'i1', transport_metadata: { africas_talking: { linkId: 'L' } } },
    answers: [talkingAnswer('Success', 101)],
    request: {
      url: 'https://api.sandbox.africastalking.com/version1/messaging',
      body: { username: 'x', to: U, message: 'yo', from: '8000', linkId: 'L' },
    },
    event: ack('ATX_1'),
  },
  {
    type: 'africas_talking',
    label: 'a person who wants no messages',
    answers: [talkingAnswer('UserInBlacklist', 406)],
    event: { ...nack('406: UserInBlacklist'), transport_metadata: { opted_out: true } },
  },
  {
    type: 'africas_talking',
    label: 'a refusal of all',
    answers: [[201, { SMSMessageData: { Message: 'InvalidSenderId', Recipients: [] } }]],
    event: nack('InvalidSenderId'),
  },
  {
    type: 'twilio',
    label: 'a message names where its status is told',
    answers: [[201, { sid: 'SM2', status: 'queued' }]],
    request: {
      url: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json',
      headers: { authorization: `Basic ${Buffer.from('AC1:auth-token').toString('base64')}` },
      body: { To: U, From: C, Body: 'yo', StatusCallback: 'https://vumi.example/hooks/net/status' },
    },
    event: ack('SM2'),
  },
  {
    type: 'twilio',
    label: 'an answer by WhatsApp, with a file',
    config: { messaging_service_sid: 'MG1' },
    message: {
      ...WHATSAPP,
      helper_metadata: { send: { attachments: [{ url: 'https://m.example/1.png' }] } },
    },
    answers: [[201, { sid: 'SM2' }]],
    request: {
      body: {
        To: `whatsapp:${U}`,
        MessagingServiceSid: 'MG1',
        Body: 'yo',
        MediaUrl: 'https://m.example/1.png',
      },
    },
    event: ack('SM2'),
  },
  {
    type: 'twilio',
    label: 'a template',
    config: { channel: 'whatsapp' },
    message: { helper_metadata: { send: { template: { name: 'HX1', variables: ['Ann'] } } } },
    answers: [[201, { sid: 'SM2' }]],
    request: { body: { To: `whatsapp:${U}`, ContentSid: 'HX1', ContentVariables: '{"1":"Ann"}' } },
    event: ack('SM2'),
  },
  {
    type: 'twilio',
    label: 'a person who has opted out',
    answers: [[400, { code: 21610, message: 'unsubscribed' }]],
    event: { ...nack('21610: unsubscribed'), transport_metadata: { opted_out: true } },
  },
  {
    type: 'infobip',
    label: 'a message has our id',
    message: { message_id: 'm1' },
    answers: [[200, { messages: [{ messageId: 'm1', status: { groupId: 1 } }] }]],
    request: {
      url: 'https://x.api.infobip.com/sms/3/messages',
      headers: { authorization: 'App k' },
      body: {
        messages: [
          {
            from: C,
            destinations: [{ to: u, messageId: 'm1' }],
            content: { text: 'yo' },
            webhooks: {
              delivery: {
                url: 'https://vumi.example/hooks/net/receipts',
                intermediateReport: true,
                contentType: 'application/json',
              },
            },
          },
        ],
      },
    },
    event: ack('m1'),
  },
  {
    type: 'infobip',
    label: 'a refusal in an answer of success',
    answers: [
      [200, { messages: [{ status: { groupId: 5, name: 'REJECTED_NETWORK', description: 'no route' } }] }],
    ],
    event: nack('REJECTED_NETWORK: no route'),
  },
  {
    type: 'clickatell',
    label: 'a message',
    config: { from: '8000' },
    answers: [[202, { messages: [{ apiMessageId: 'x', accepted: true }] }]],
    request: {
      headers: { authorization: 'k' },
      body: { messages: [{ channel: 'sms', to: u, content: 'yo', from: '8000' }] },
    },
    event: ack('x'),
  },
  {
    type: 'clickatell',
    label: 'a refusal in an answer of success',
    answers: [
      [207, { messages: [{ accepted: false, error: { code: 105, description: 'Invalid destination' } }] }],
    ],
    event: nack('105: Invalid destination'),
  },
  {
    type: 'termii',
    label: 'a message',
    answers: [[200, { message_id: '2' }]],
    request: {
      url: 'https://api.ng.termii.com/api/sms/send',
      body: { api_key: 'k', to: u, from: C, sms: 'yo', type: 'plain', channel: 'generic' },
    },
    event: ack('2'),
  },
  {
    type: 'vonage',
    label: 'a text of the GSM alphabet',
    message: { content: 'é' },
    answers: [[200, { messages: [{ status: '0', 'message-id': '0D' }] }]],
    request: {
      url: 'https://rest.nexmo.com/sms/json',
      body: {
        api_key: 'k',
        api_secret: 's',
        from: C,
        to: u,
        text: 'é',
        type: 'text',
        callback: 'https://vumi.example/hooks/net/receipts',
      },
    },
    event: ack('0D'),
  },
  {
    type: 'vonage',
    label: 'another text, of which it makes two',
    message: { content: 'ж' },
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
    request: { body: expect.objectContaining({ type: 'unicode' }) },
    event: ack('a,b'),
  },
  {
    type: 'vonage',
    label: 'a refusal in an answer of success',
    answers: [[200, { messages: [{ status: '6', 'error-text': 'anti-spam' }] }]],
    event: nack('6: anti-spam'),
  },
  {
    type: 'hubtel',
    label: 'a message',
    config: { sender: 'CLINIC' },
    answers: [[200, { status: 0, messageId: 'h1' }]],
    request: {
      url: 'https://sms.hubtel.com/v1/messages/send',
      body: { From: 'CLINIC', To: U, Content: 'yo' },
    },
    event: ack('h1'),
  },
  {
    type: 'hubtel',
    label: 'a refusal in an answer of success',
    answers: [[200, { Status: 1, StatusDescription: 'bad sender' }]],
    event: nack('1: bad sender'),
  },
  {
    type: 'orange',
    label: 'a new token, once, when one is refused',
    answers: [
      TOKEN,
      [401],
      TOKEN,
      [201, { outboundSMSMessageRequest: { resourceURL: 'https://o/requests/o1' } }],
    ],
    request: {
      url: `https://api.orange.com/smsmessaging/v1/outbound/${encodeURIComponent(`tel:${C}`)}/requests`,
      headers: { authorization: 'Bearer tok' },
      body: {
        outboundSMSMessageRequest: {
          address: `tel:${U}`,
          senderAddress: `tel:${C}`,
          outboundSMSTextMessage: { message: 'yo' },
        },
      },
    },
    event: ack('o1'),
  },
  {
    type: 'mtn',
    label: 'a message has our id; what was not answered is sent again with it',
    message: { message_id: 'm1' },
    answers: [TOKEN, { kind: 'uncertain', reason: 'no answer' }, [201, { transactionId: 't1' }]],
    request: {
      url: 'https://api.mtn.com/v2/messages/sms/outbound',
      headers: { authorization: 'Bearer tok' },
      body: { senderAddress: '9', receiverAddress: [u], message: 'yo', clientCorrelator: 'm1' },
    },
    event: ack('t1'),
  },
  {
    type: 'dmark_sms',
    label: 'a message names where its status is told, which nobody else can guess',
    message: { message_id: 'm1' },
    answers: [[200, { sms_id: 7 }]],
    request: {
      url: 'https://smsapi1.dmarkmobile.com/sms/',
      headers: { authorization: 'Token k' },
      body: {
        text: 'yo',
        receiver: u,
        sender: C,
        dlr_url: expect.stringMatching(
          /^https:\/\/vumi\.example\/hooks\/net\/receipts\/m1\?k=[\w-]{43}&status=%s$/,
        ),
      },
    },
    event: ack('7'),
  },
  {
    type: 'capcom6',
    label: 'a message that the phone has already',
    config: { sim_number: 2, device_id: 'd' },
    message: { message_id: 'm1' },
    answers: [[409, { message: 'exists' }]],
    request: {
      url: 'https://api.sms-gate.app/3rdparty/v1/messages',
      body: {
        id: 'm1',
        textMessage: { text: 'yo' },
        phoneNumbers: [U],
        withDeliveryReport: true,
        simNumber: 2,
        deviceId: 'd',
      },
    },
    event: ack('m1'),
  },
  {
    type: 'yo',
    label: 'another host is asked when one is away',
    message: { message_id: 'm1' },
    config: { base_urls: ['http://one', 'http://two'] },
    answers: [{ kind: 'not_sent', reason: 'refused' }, [200, 'ybs_autocreate_status=OK']],
    request: {
      method: 'GET',
      url: `http://two/sendsms?ybsacctno=x&password=p&origin=%2B27800000001&sms_content=yo&destinations=${u}`,
    },
    event: ack('m1'),
  },
  {
    type: 'yo',
    label: 'a person who wants no messages',
    answers: [[200, 'ybs_autocreate_status=ERROR&ybs_autocreate_message=27761234567%3ABLACKLISTED']],
    event: { ...nack('ERROR: 27761234567:BLACKLISTED'), transport_metadata: { opted_out: true } },
  },
];

describe('what an app sends', () => {
  it.each(OUTBOUND)('$type: $label', async ({ type, config, message, answers, request, event }) => {
    await using play = await ProviderPlay.start(type, { ...CONFIGS[type], ...config });
    play.will(...answers);
    expect(await play.send(message)).toMatchObject(event);
    if (request !== undefined) expect(seen(play.sent.at(-1))).toMatchObject(request);
  });
});

/** The body as its content type says. */
function seen(request: OutboundRequest | undefined): Record<string, unknown> {
  const { body: raw = '', headers = {} } = request ?? {};
  const body = raw.toString();
  const type = headers['content-type'] ?? '';
  if (type.includes('json')) return { ...request, body: JSON.parse(body) as unknown };
  return type.includes('urlencoded')
    ? { ...request, body: Object.fromEntries(new URLSearchParams(body)) }
    : { ...request };
}

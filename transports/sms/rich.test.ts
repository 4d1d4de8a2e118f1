import { describe, expect, it } from 'vitest';
import { transportTypes } from '../registry.ts';
import { ProviderPlay } from '../testing/provider-play.ts';
import { CONFIGS } from '../testing/sms-goldens.ts';

describe('what a configuration can show', () => {
  const SEND = { send_method: 'POST', send_url: 'http://g/' };
  const shown = { most: 10, title: 72, text: 160 };
  it.each([
    ['external', 'no place for buttons', {}, null],
    ['external', 'a place in the body', { ...SEND, send_body: '{{text}}{{ quick_replies }}' }, shown],
    ['external', 'a body that is not sent', { send_body: '{{quick_replies}}' }, null],
  ] as const)('%s: %s', (type, _label, config, quickReplies) => {
    const limits = transportTypes[type].limits?.({ ...CONFIGS[type], ...config });
    expect(limits).toEqual({ quickReplies, media: false });
  });

  it.each([
    ['twilio', 'SMS', {}, false],
    ['twilio', 'SMS with files', { mms: true }, true],
    ['twilio', 'WhatsApp', { channel: 'whatsapp' }, true],
  ] as const)('%s: %s', (type, _label, config, media) => {
    const limits = transportTypes[type].limits?.({ ...CONFIGS[type], ...config });
    expect(limits).toEqual({ quickReplies: null, media });
  });
});

it('Twilio gets each file in a message of its own', async () => {
  await using play = await ProviderPlay.start('twilio', CONFIGS.twilio);
  play.will([201, { sid: 'SM1' }], [201, { sid: 'SM2' }], [201, { sid: 'SM3' }]);
  const files = [{ url: 'https://m.example/1.png', caption: 'Map' }, { url: 'https://m.example/2' }];
  const event = await play.send({ helper_metadata: { send: { attachments: files } } });
  expect(event).toMatchObject({ event_type: 'ack', sent_message_id: 'SM1,SM2,SM3' });
  const forms = play.sent.map(({ body = '' }) => new URLSearchParams(body.toString()));
  expect(forms.map((form) => [form.get('MediaUrl'), form.get('Body')])).toEqual([
    ['https://m.example/1.png', 'Map'],
    ['https://m.example/2', null],
    [null, 'yo'],
  ]);
});

it('of a text in two the gateway gets the buttons with the second', async () => {
  const config = { ...CONFIGS.external, send_url: 'http://g/?t={{text}}{{quick_replies}}', max_length: 8 };
  await using play = await ProviderPlay.start('external', config);
  play.will([200], [200]);
  const send = { quick_replies: [{ title: 'Yes' }, { title: 'No' }] };
  await play.send({ content: 'one two three', helper_metadata: { send } });
  expect(play.sent.map(({ url }) => url)).toEqual([
    'http://g/?t=one%20two',
    'http://g/?t=three&quick_reply=Yes&quick_reply=No',
  ]);
});

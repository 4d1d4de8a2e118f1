import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { transportTypes } from '../registry.ts';
import { CONFIGS, u } from '../testing/aggregator-goldens.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';

const CONTEXT = { SessionID: 's', NetworkSID: 'n', MSISDN: u, Script: '', ConnStr: '*120*99#' };

function step(type: string, text?: string, context: Readonly<Record<string, string>> = CONTEXT): string {
  const attributes = Object.entries(context).map(([name, value]) => `${name}="${value}"`);
  const typed = text === undefined ? '' : `<USSText Type="TEXT">${text}</USSText>`;
  return (
    '<Message><Version Version="1.0"/><Response Type="OnUSSEvent"><SystemID>Higate</SystemID>' +
    `<OnUSSEvent Type="${type}"><USSContext ${attributes.join(' ')}/>${typed}</OnUSSEvent></Response></Message>`
  );
}

const start = (config: object = {}): Promise<ProviderPlay> =>
  ProviderPlay.start('integrat', { ...CONFIGS.integrat, ...config });
const FROM = {
  from_addr: u,
  to_addr: '*120*99#',
  transport_type: 'ussd',
  transport_metadata: { session_id: 's' },
};

describe('what comes', () => {
  it.each([
    ['what opens a session', step('Open'), [{ ...FROM, session_event: 'new', content: null }]],
    ['what is typed', step('Request', '1'), [{ ...FROM, session_event: 'resume', content: '1' }]],
    ['what is typed and escaped', step('Request', 'a&lt;b'), [{ content: 'a<b' }]],
    ['nothing that was typed', step('Request'), [{ session_event: 'resume', content: '' }]],
    ['the end of a session', step('Close', 'x'), [{ ...FROM, session_event: 'close', content: null }]],
    ['the announcement of a session', step('New'), []],
    ['what follows the opening by itself', step('Request', 'REQ'), []],
    ['another kind of response', '<Message><Response Type="OnResult"/></Message>', []],
  ])('%s', async (_label, body, messages) => {
    await using play = await start();
    const answer = await play.ask({ body, headers: { 'content-type': 'text/xml' } });
    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(play.inbound).toMatchObject(messages);
    expect(play.inbound.length).toBe(messages.length);
  });

  it('a session has one opening and one end, however often they are told; each input is another', async () => {
    await using play = await start();
    const steps = [step('New'), step('Open'), step('Request', 'REQ'), step('Request', '1'), step('Close')];
    for (const body of [...steps, ...steps]) await play.ask({ body });
    await play.ask({ body: step('Open', undefined, { ...CONTEXT, SessionID: 't' }) });
    const idsOf = (event: string) =>
      new Set(
        play.inbound
          .filter(({ session_event }) => session_event === event)
          .map(({ message_id }) => message_id),
      ).size;
    expect([idsOf('new'), idsOf('resume'), idsOf('close')]).toEqual([2, 2, 1]);
  });

  it.each([
    ['no XML', 'hi', '{"invalid_document":"Message"}'],
    ['another document', '<a/>', '{"invalid_document":"Message"}'],
    [
      'entities of its own',
      `<!DOCTYPE Message [<!ENTITY a "b">]>${step('Request', '&a;')}`,
      '{"invalid_document":"Message"}',
    ],
    [
      'elements too deep',
      `${'<Message>'.repeat(99)}${'</Message>'.repeat(99)}`,
      '{"invalid_document":"Message"}',
    ],
    [
      'no context',
      '<Message><Response Type="OnUSSEvent"><OnUSSEvent Type="Open"/></Response></Message>',
      '{"missing_parameter":["SessionID","MSISDN","ConnStr"]}',
    ],
    [
      'no session',
      step('Open', undefined, { ...CONTEXT, SessionID: '' }),
      '{"missing_parameter":["SessionID"]}',
    ],
  ])('%s is refused', async (_label, body, said) => {
    await using play = await start();
    expect(await play.ask({ body })).toMatchObject({ status: 400, body: said });
    expect(play.inbound).toEqual([]);
  });
});

const document = (flags: string, text: string): string =>
  `<Message><Version Version="1.0" /><Request Type="USSReply" SessionID="s" Flags="${flags}">` +
  `<UserID Orientation="TR">x</UserID><Password>y</Password><USSText Type="TEXT">${text}</USSText></Request></Message>`;
const failed = (inner: string): string => `<Response status_code="-1">${inner}</Response>`;

interface Outbound {
  readonly label: string;
  readonly config?: object;
  readonly message: Partial<UserMessage>;
  readonly answer?: Scripted;
  readonly body?: string;
  readonly event: Record<string, unknown>;
}

const ack = { event_type: 'ack', sent_message_id: 'm1' };
const nack = (nack_reason: string) => ({ event_type: 'nack', nack_reason });

const OUTBOUND: readonly Outbound[] = [
  { label: 'a screen', message: { content: 'yo' }, body: document('0', 'yo'), event: ack },
  {
    label: 'the last screen',
    message: { content: 'bye', session_event: 'close' },
    body: document('1', 'bye'),
    event: ack,
  },
  {
    label: 'signs of XML and lines',
    message: { content: 'a<b> & "c"\r\nd' },
    body: document('0', 'a&lt;b&gt; &amp; &quot;c&quot;\nd'),
    event: ack,
  },
  {
    label: 'a text that is cut',
    config: { max_length: 20 },
    message: { content: 'a line\nanother line that is long' },
    body: document('0', 'a line'),
    event: ack,
  },
  {
    label: 'a text that is too long',
    config: { max_length: 20, too_long: 'reject' },
    message: { content: 'a'.repeat(21) },
    event: nack('the text is longer than a screen of 20 septets'),
  },
  { label: 'nothing', message: { content: null }, event: nack('Missing fields: content') },
  {
    label: 'what answers no session',
    message: { transport_metadata: {} },
    event: nack('no session_id: the message answers no step of a session'),
  },
  {
    label: 'a refusal',
    message: {},
    answer: [
      200,
      failed('<Data name="e"><field name="fault" value="bad"/><field name="a" value="b"/></Data>'),
    ],
    event: nack('fault: bad, a: b'),
  },
  { label: 'a refusal without words', message: {}, answer: [200, failed('')], event: nack('status_code -1') },
  {
    label: 'an answer that cannot be read',
    message: {},
    answer: [200, 'ok'],
    event: nack('uncertain: the answer has no status_code'),
  },
];

describe('what an app sends', () => {
  it.each(OUTBOUND)('$label', async ({ config, message, answer, body, event }) => {
    await using play = await start(config);
    play.will(answer ?? [200, '<Response status_code="0"/>']);
    const told = await play.send({ message_id: 'm1', transport_metadata: { session_id: 's' }, ...message });
    expect(told).toMatchObject(event);
    if (body === undefined) return;
    expect(play.sent).toMatchObject([{ method: 'POST', url: 'http://i/', body }]);
  });
});

it('Vumi’s name is known', () => {
  expect(transportTypes.integrat.aliases['vumi.transports.integrat.IntegratTransport']).toEqual({});
});

import { describe, expect, it } from 'vitest';
import { readDeliveryStatus, readReturnPath, returnPath } from './bounces.ts';
import { emailConfigSchema } from './config.ts';
import { withoutQuotedTail } from './plain-text.ts';
import { readMail } from './read-mail.ts';

const CONFIG = emailConfigSchema.parse({
  from_addr: 'clinic@example.org',
  addresses: ['clinic@example.org', '@sms.example.org'],
  smtp_host: 'localhost',
  bounce_domain: 'bounces.example.org',
  bounce_key: 'k',
});
const ENVELOPE = { from: 'thandi@mail.example', to: ['Clinic@example.org'] };

async function read(lines: readonly string[] | Buffer, envelope = ENVELOPE) {
  const raw = Buffer.isBuffer(lines) ? lines : Buffer.from(lines.join('\r\n'));
  const [reading] = await readMail(raw, envelope, CONFIG);
  return reading;
}

const HEAD = ['From: Thandi <Thandi@Mail.example>', 'To: clinic@example.org', 'Message-ID: <1@x>'];

describe('a mail is a message', () => {
  it('with its sender, its text and its subject', async () => {
    expect(await read([...HEAD, 'Subject: =?utf-8?q?h=C3=A9?=', '', 'hi'])).toEqual({
      kind: 'message',
      id: '<1@x> clinic@example.org',
      fields: {
        from_addr: 'thandi@mail.example',
        from_addr_type: 'email',
        to_addr: 'clinic@example.org',
        to_addr_type: 'email',
        content: 'hi',
        transport_metadata: {
          email: { message_id: '<1@x>', subject: 'hé', from: '"Thandi" <Thandi@Mail.example>' },
        },
      },
    });
  });

  it.each([
    ['of a character set', ['Content-Type: text/plain; charset=koi8-r', '', '\xd0\xd2'], 'пр'],
    ['without one, in UTF-8', ['', '\xc3\xa9'], 'é'],
    ['without one, from an old program', ['', 'caf\xe9 \x80'], 'café €'],
    ['that is HTML', ['Content-Type: text/html', '', '<p>Hi <b>you</b></p><script>x()</script>'], 'Hi you'],
    ['that is base64', ['Content-Transfer-Encoding: base64', '', 'aGk='], 'hi'],
    ['that is empty', ['', ''], ''],
  ])('whatever its text is: one %s', async (_label, lines, content) => {
    const raw = Buffer.from([...HEAD, ...lines].join('\r\n'), 'latin1');
    expect(await read(raw)).toMatchObject({ kind: 'message', fields: { content } });
  });

  it('whose attachments are named', async () => {
    const lines = ['Content-Type: multipart/mixed; boundary=B', '', '--B', '', 'see', '--B'];
    const part = [
      'Content-Type: image/png',
      'Content-Disposition: attachment; filename=a.png',
      '',
      'xyz',
      '--B--',
    ];
    expect(await read([...HEAD, ...lines, ...part])).toMatchObject({
      fields: {
        content: 'see',
        helper_metadata: {
          received: { attachments: [{ content_type: 'image/png', size: 3, name: 'a.png' }] },
        },
      },
    });
  });

  it('to each of those that it is for', async () => {
    const to = ['clinic@example.org', 'polls@sms.example.org'];
    const readings = await readMail(
      Buffer.from([...HEAD, '', 'hi'].join('\r\n')),
      { ...ENVELOPE, to },
      CONFIG,
    );
    expect(readings.map((one) => one.kind === 'message' && [one.id, one.fields.to_addr])).toEqual(
      to.map((address) => [`<1@x> ${address}`, address]),
    );
  });
});

it.each([
  ['a machine', ['Auto-Submitted: auto-replied'], ENVELOPE],
  ['a list', ['Precedence: bulk'], ENVELOPE],
  ['a list with a name', ['List-Id: <all.example>'], ENVELOPE],
  ['nobody', [], { ...ENVELOPE, from: '' }],
  ['ourselves', ['From: polls@sms.example.org'], ENVELOPE],
])('what %s sent is not answered', async (_label, lines, envelope) => {
  const head = lines.some((line) => line.startsWith('From:')) ? HEAD.slice(1) : HEAD;
  expect(await read([...head, ...lines, '', 'hi'], envelope)).toMatchObject({ kind: 'ignored' });
});

describe('what comes back', () => {
  const address = returnPath(CONFIG, '0197a-b') ?? '';
  const report = [
    'Reporting-MTA: dns; x',
    '',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 no',
    '  such user',
  ];

  it('is about the message that its address names', async () => {
    const lines = [
      'Content-Type: multipart/report; report-type=delivery-status; boundary=B',
      '',
      '--B',
      'Content-Type: message/delivery-status',
      '',
      ...report,
      '--B--',
    ];
    expect(await read([...HEAD, ...lines], { from: '', to: [address.toUpperCase()] })).toEqual({
      kind: 'report',
      messageId: '0197a-b',
      report: { status: 'failed', code: '5.1.1', text: '550 no such user' },
    });
  });

  it.each([
    [address.replace('0197a-b', '0197a-c')],
    [address.replace(/\.[0-9a-f]{16}@/, '.0000000000000000@')],
    ['bounce@bounces.example.org'],
  ])('%s names none of ours', (other) => {
    expect(readReturnPath(CONFIG, other)).toBeNull();
  });

  it.each([
    ['Action: delayed', 'pending'],
    ['action: Delivered', 'delivered'],
    ['Action: relayed', 'delivered'],
    ['Status: 5.0.0', 'failed'],
  ])('%s: %s', (part, status) => {
    expect(readDeliveryStatus(part).status).toBe(status);
  });
});

it.each([
  ['an answer above what it answers', 'yes\n\nOn Monday, Clinic wrote:\n> come?\n> soon', 'yes'],
  ['an attribution of two lines', 'yes\n\nAm Montag, dem 30. November,\nschrieb Clinic:\n\n> come?', 'yes'],
  ['an answer of several lines', 'yes\nI do: today\n\n> come?', 'yes\nI do: today'],
  ['answers between what they answer', '> come?\nyes\n> when?\ntoday', '> come?\nyes\n> when?\ntoday'],
  ['an original message', 'yes\n\n-----Original Message-----\nFrom: Clinic\n\ncome?', 'yes'],
  ['only a quotation', '> come?', '> come?'],
  ['no quotation', 'time: 10:\n', 'time: 10:'],
])('%s', (_label, text, answer) => {
  expect(withoutQuotedTail(text)).toBe(answer);
});

import { createUserMessage, reply } from '@vumi/core';
import { eventually, freePort } from '@vumi/machine/testing';
import { simpleParser } from 'mailparser';
import { expect, it } from 'vitest';
import { EmailDouble } from '../testing/email-double.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { composeMail } from './compose-mail.ts';
import { emailConfigSchema } from './config.ts';
import { emailTransport } from './email.ts';

const CONFIG = emailConfigSchema.parse({
  from_addr: 'clinic@example.org',
  from_name: 'Clinic',
  addresses: ['@example.org'],
  smtp_host: 'localhost',
});

function outbound(fields: object = {}) {
  return createUserMessage({ to_addr: 'thandi@mail.example', from_addr: '8000', content: 'yo', ...fields });
}

it('a reply is in the thread of what it answers', async () => {
  const asked = createUserMessage({
    from_addr: 'thandi@mail.example',
    to_addr: 'polls@example.org',
    content: 'hi',
    transport_metadata: { email: { message_id: '<1@x>', subject: 'Question', references: ['<0@x>'] } },
  });
  const answer = reply(asked, 'Ja, 😀');
  const { id, envelope, octets } = await composeMail(answer, CONFIG);
  expect(envelope).toEqual({ from: 'polls@example.org', to: ['thandi@mail.example'] });
  const mail = await simpleParser(octets);
  expect([mail.subject, mail.inReplyTo, mail.references, mail.text?.trim()]).toEqual([
    'Re: Question',
    '<1@x>',
    ['<0@x>', '<1@x>'],
    'Ja, 😀',
  ]);
  expect(mail.from?.text).toBe('"Clinic" <polls@example.org>');
  expect(mail.headers.get('auto-submitted')).toBe('auto-replied');
  expect([mail.messageId, id]).toEqual([id, `<${answer.message_id}@example.org>`]);
});

it('a mail that answers nothing has the subject that the app gives it', async () => {
  const subjects = [{}, { helper_metadata: { email: { subject: 'Come\r\nBcc: all@x' } } }];
  const mails = await Promise.all(subjects.map((fields) => composeMail(outbound(fields), CONFIG)));
  const [plain, given] = await Promise.all(mails.map(({ octets }) => simpleParser(octets)));
  expect(plain?.subject).toBe('Message');
  expect([given?.subject, given?.bcc]).toEqual(['Come Bcc: all@x', undefined]);
});

it.each([
  [{ to_addr: '+27761234567' }, '"+27761234567" is no mail address'],
  [{ to_addr: 'a@b.c, d@e.f' }, '"a@b.c, d@e.f" is no mail address'],
  [{ content: '' }, 'Missing fields: content'],
])('%j is a nack', async (fields, reason) => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using _transport = await emailTransport.start(place.config, ports);
  await ports.send(outbound(fields));
  expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: reason }]);
});

it('what the server puts off is sent later, and holds up nothing else', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using _transport = await emailTransport.start(place.config, ports);
  place.will({ laterMs: 0 });
  const first = ports.send(outbound({ to_addr: 'full@users.example' }));
  await eventually(
    () => place.got.length,
    (count) => count === 1,
  );
  await ports.send(outbound());
  await first;
  expect(place.got.map(({ to }) => to)).toEqual(['full', 'thandi', 'full']);
  expect(ports.events.map(({ event_type }) => event_type)).toEqual(['ack', 'ack']);
});

it('what the server puts off for too long is a nack with its words', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using _transport = await emailTransport.start({ ...place.config, give_up_after: 60 }, ports);
  place.will({ laterMs: 0 });
  await ports.send(outbound({ timestamp: '2026-01-01 00:00:00.000000' }));
  expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: '451 not now' }]);
});

it('a transport that stops does not wait for a server that says nothing', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  const transport = await emailTransport.start({ ...place.config, outbound_timeout: 600 }, ports);
  place.will('never answer');
  const sent = ports.send(outbound());
  await eventually(
    () => place.got.length,
    (count) => count === 1,
  );
  await transport[Symbol.asyncDispose]();
  await sent;
  expect(ports.events).toMatchObject([
    { event_type: 'nack', nack_reason: expect.stringContaining('closed') },
  ]);
});

it('mail for others is not relayed, nor are forged reports taken', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using _transport = await emailTransport.start(place.config, ports);
  for (const to of ['thandi@users.example', 'bounce+m1.0000000000000000@bounces.example']) {
    const told = await place.deliver('a@b.example', [to], 'Subject: x\r\n\r\nhi');
    expect(told).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/^550 .*No such address here/s),
    });
  }
  expect([ports.inbound, ports.events]).toEqual([[], []]);
});

it('a server that offers no TLS is told nothing when TLS is wanted', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using transport = await emailTransport.start({ ...place.config, smtp_security: 'starttls' }, ports);
  await eventually(
    () => transport.status().type,
    (type) => type === 'not_connected',
  );
  expect(transport.status().message).toContain('smtp_security');
});

it('fifty people each get their own answer', async () => {
  await using place = await EmailDouble.open();
  const ports = new MemoryPorts('mail');
  await using _transport = await emailTransport.start(place.config, ports);
  ports.onInbound = async (message) => void ports.send(reply(message, `to ${message.from_addr}`));
  const people = Array.from({ length: 50 }, (_, n) => `p${n}`);
  await Promise.all(people.map((from) => place.bring({ from, to: '8000', content: 'hi' })));
  await eventually(
    () => place.got.length,
    (count) => count === people.length,
  );
  expect(place.got.map(({ to, content }) => content === `to ${to}@users.example`)).not.toContain(false);
});

it('without a server to send by, a message is a nack that says what to do', async () => {
  const ports = new MemoryPorts('mail');
  const config = { from_addr: 'clinic@example.org', listen_port: await freePort() };
  await using _transport = await emailTransport.start(config, ports);
  await ports.send(outbound());
  expect(ports.events).toMatchObject([{ nack_reason: 'the transport sends no mail: set its smtp_host' }]);
});

it.each([
  [{}, 'smtp_host'],
  [{ smtp_host: 'x', smtp_username: 'u' }, 'smtp_password'],
  [{ smtp_host: 'x', from_addr: 'clinic' }, 'from_addr'],
])('refuses %j', async (config, field) => {
  const start = emailTransport.start({ from_addr: 'clinic@example.org', ...config }, new MemoryPorts('mail'));
  await expect(start).rejects.toMatchObject({ code: 'config.invalid', field });
});

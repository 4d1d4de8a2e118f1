import type { UserMessage } from '@vumi/core';
import { returnPath } from './bounces.ts';
import { isMailAddress, isOurs, type EmailConfig } from './config.ts';

/** A mail as it goes to a server. */
export interface ComposedMail {
  /** Its own name, which answers quote. */
  readonly id: string;
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly octets: Buffer;
}

interface Answered {
  readonly message_id?: unknown;
  readonly subject?: unknown;
  readonly references?: unknown;
}

const LONGEST_THREAD = 20;

/** Why a message can be no mail; null where it can. */
export function mailFault({ to_addr: to, content }: UserMessage): string | null {
  if (to === null || !isMailAddress(to)) return `${JSON.stringify(to)} is no mail address`;
  return content === null || content === '' ? 'Missing fields: content' : null;
}

/**
 * A message as a mail (spec channels §C): in the thread of what it answers, and marked as a machine's, so that machines do
 * not answer it. `helper_metadata.email.subject` is the subject of one that begins a thread.
 */
export async function composeMail(message: UserMessage, config: EmailConfig): Promise<ComposedMail> {
  const { message_id: id } = message;
  const to = message.to_addr ?? '';
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const from =
    message.from_addr !== null && isOurs(config, message.from_addr) ? message.from_addr : config.from_addr;
  const answered = message.in_reply_to === null ? null : answeredBy(message);
  const messageId = `<${id}@${domainOf(from)}>`;
  const composer = new MailComposer({
    from: config.from_name === undefined ? from : { name: config.from_name, address: from },
    to,
    subject: subjectOf(message, answered, config),
    messageId,
    date: new Date(),
    ...threadOf(answered),
    headers: { 'Auto-Submitted': answered === null ? 'auto-generated' : 'auto-replied' },
    text: message.content ?? '',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    id: messageId,
    envelope: { from: returnPath(config, id) ?? from, to: [to] },
    octets: await composer.compile().build(),
  };
}

function answeredBy(message: UserMessage): Answered {
  const about: unknown = message.transport_metadata['email'];
  return typeof about === 'object' && about !== null ? about : {};
}

function subjectOf(message: UserMessage, answered: Answered | null, { subject }: EmailConfig): string {
  const wanted = (message.helper_metadata['email'] as { subject?: unknown } | undefined)?.subject;
  if (typeof wanted === 'string' && wanted !== '') return wanted;
  const before = answered?.subject;
  if (typeof before !== 'string' || before === '') return subject;
  return /^re:/i.test(before) ? before : `Re: ${before}`;
}

function threadOf(answered: Answered | null): { inReplyTo?: string; references?: string[] } {
  const id = answered?.message_id;
  if (typeof id !== 'string') return {};
  const before = Array.isArray(answered?.references) ? answered.references : [];
  const thread = [...before.filter((one): one is string => typeof one === 'string'), id];
  return { inReplyTo: id, references: thread.slice(-LONGEST_THREAD) };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

import type { UserMessage } from '@vumi/core';
import { isUtf8 } from 'node:buffer';
import type { Attachment, ParsedMail } from 'mailparser';
import { readDeliveryStatus, readReturnPath, type BounceReport } from './bounces.ts';
import { isOurs, type EmailConfig } from './config.ts';
import { withoutQuotedTail } from './plain-text.ts';

/** Who the servers say that a mail is from and to. */
export interface Envelope {
  /** Empty for what must never be answered. */
  readonly from: string;
  readonly to: readonly string[];
}

/** What a mail says to one of those that it is for. */
export type MailReading =
  | {
      readonly kind: 'message';
      /** The same mail again is the same message; null for one without an id. */
      readonly id: string | null;
      readonly fields: Partial<UserMessage> & Pick<UserMessage, 'to_addr' | 'from_addr'>;
    }
  | { readonly kind: 'report'; readonly messageId: string; readonly report: BounceReport }
  /** Nobody is to hear of it. */
  | { readonly kind: 'ignored'; readonly why: string };

const PARSING = { skipImageLinks: true, skipTextToHtml: true, keepDeliveryStatus: true } as const;
const MACHINES = new Set(['bulk', 'list', 'junk', 'auto_reply']);

/** Reads a mail as spec channels §C has it. Loaded when the first one comes: other installations carry no parser. */
export async function readMail(raw: Buffer, envelope: Envelope, config: EmailConfig): Promise<MailReading[]> {
  const { simpleParser } = await import('mailparser');
  const mail = await simpleParser(readable(raw), PARSING);
  return envelope.to.map((address) => readFor(address.toLowerCase(), { mail, envelope, config }));
}

/** Text without a character set is UTF-8, else windows-1252, as old programs write it. */
function readable(raw: Buffer): Buffer {
  if (isUtf8(raw) || raw.includes('charset=')) return raw;
  return Buffer.from(new TextDecoder('windows-1252').decode(raw));
}

function readFor(
  to: string,
  { mail, envelope, config }: { mail: ParsedMail; envelope: Envelope; config: EmailConfig },
): MailReading {
  const messageId = readReturnPath(config, to);
  if (messageId !== null) return { kind: 'report', messageId, report: readDeliveryStatus(statusPart(mail)) };
  const from = (mail.from?.value[0]?.address ?? envelope.from).toLowerCase();
  const why = whyIgnored(mail, { from, envelope, config });
  if (why !== null) return { kind: 'ignored', why };
  const { messageId: id } = mail;
  const attachments = mail.attachments.map(describe);
  return {
    kind: 'message',
    id: id === undefined ? null : `${id} ${to}`,
    fields: {
      from_addr: from,
      from_addr_type: 'email',
      to_addr: to,
      to_addr_type: 'email',
      content: withoutQuotedTail(mail.text ?? ''),
      transport_metadata: { email: aboutMail(mail) },
      ...(attachments.length === 0 ? {} : { helper_metadata: { received: { attachments } } }),
    },
  };
}

/** What a reply goes on from, and what else somebody may want to know. */
function aboutMail({ messageId, subject, references, from, headers }: ParsedMail): Record<string, unknown> {
  const results: unknown = headers.get('authentication-results');
  const about = {
    message_id: messageId,
    subject,
    references: references === undefined ? undefined : [references].flat(),
    from: from?.text,
    // What the server that had it before us says of its sender; no proof of who wrote it.
    authentication_results: typeof results === 'string' ? results : undefined,
  };
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}

/** Answers to machines go round for ever. */
function whyIgnored(
  mail: ParsedMail,
  { from, envelope, config }: { from: string; envelope: Envelope; config: EmailConfig },
): string | null {
  const header = (name: string): string => {
    const value: unknown = mail.headers.get(name);
    return typeof value === 'string' ? value.toLowerCase() : '';
  };
  const submitted = header('auto-submitted');
  if (envelope.from === '') return 'its return path is empty';
  if (submitted !== '' && submitted !== 'no') return `it was sent by a machine: Auto-Submitted: ${submitted}`;
  if (MACHINES.has(header('precedence'))) return `it was sent to many: Precedence: ${header('precedence')}`;
  if (mail.headers.has('list')) return 'it was sent to a list';
  if (from === '' || !from.includes('@')) return 'it has no sender';
  if (isOurs(config, from) || from === config.from_addr) return 'it is from ourselves';
  return null;
}

/** Attachments are named and not kept. */
function describe({ contentType, filename, size }: Attachment) {
  return { content_type: contentType, size, ...(filename === undefined ? {} : { name: filename }) };
}

function statusPart(mail: ParsedMail): string | null {
  const part = mail.attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  return part?.content.toString('utf8') ?? null;
}

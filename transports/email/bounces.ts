import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EmailConfig } from './config.ts';

const PROOF_LENGTH = 16;
const RETURN_PATH = /^bounce\+([a-z0-9-]+)\.([0-9a-f]{16})@/;

/**
 * Where mail of ours comes back to, so that what comes back names the message: the receiver's server sends it there,
 * whatever it writes in it. Servers may write the address in any case, so the proof is hexadecimal.
 */
export function returnPath(
  { bounce_domain: domain, bounce_key: key }: EmailConfig,
  messageId: string,
): string | null {
  if (domain === undefined || key === undefined) return null;
  return `bounce+${messageId}.${proofOf(key.reveal(), messageId)}@${domain}`;
}

/** The message that mail to this address is about; null when it is about none of ours. */
export function readReturnPath({ bounce_key: key }: EmailConfig, address: string): string | null {
  const [, messageId = '', proof = ''] = RETURN_PATH.exec(address.toLowerCase()) ?? [];
  if (messageId === '' || key === undefined) return null;
  const expected = proofOf(key.reveal(), messageId);
  return timingSafeEqual(Buffer.from(proof), Buffer.from(expected)) ? messageId : null;
}

function proofOf(key: string, messageId: string): string {
  return createHmac('sha256', key).update(messageId.toLowerCase()).digest('hex').slice(0, PROOF_LENGTH);
}

/** What a server says of a mail (RFC 3464). */
export interface BounceReport {
  readonly status: 'pending' | 'delivered' | 'failed';
  /** Such as `5.1.1`. */
  readonly code: string | null;
  readonly text: string | null;
}

/** Reads the part `message/delivery-status`; a mail without one came back for a reason that nobody wrote for machines. */
export function readDeliveryStatus(part: string | null): BounceReport {
  const field = (name: string): string | null =>
    part === null
      ? null
      : (new RegExp(`^${name}:\\s*(.+(?:\\r?\\n[ \\t]+.+)*)`, 'im').exec(part)?.[1] ?? null);
  const action = field('Action')?.trim().toLowerCase() ?? 'failed';
  const diagnostic = field('Diagnostic-Code')?.replace(/\s+/g, ' ').trim() ?? null;
  return {
    status: STATUS_OF.get(action) ?? 'pending',
    code: field('Status')?.trim() ?? null,
    text: diagnostic?.replace(/^smtp;\s*/i, '') ?? null,
  };
}

const STATUS_OF = new Map<string, BounceReport['status']>([
  ['failed', 'failed'],
  ['delivered', 'delivered'],
  ['relayed', 'delivered'],
  ['expanded', 'delivered'],
]);

import { TON } from './address-kind.ts';

/** Option `international_senders`: who sees a sender that the network calls international with its plus. */
export const INTERNATIONAL_SENDERS = ['classic', 'plus', 'as_sent'] as const;
export type InternationalSenders = (typeof INTERNATIONAL_SENDERS)[number];

interface Sender {
  readonly address: string;
  /** source_addr_ton, as far as it is known. */
  readonly ton: unknown;
}

/** The sender as everybody sees him, and what is told beside. */
interface Presented {
  readonly from_addr: string;
  readonly metadata: { readonly international_sender?: string };
}

/**
 * Networks write international numbers without a plus (section 5.2.5), and apps of Vumi Go know them with it. What is
 * stored of a person stands under his address: so it stays what it is for all but those apps, unless the option says
 * otherwise (decision 0017).
 */
export function presentSender(sender: Sender, option: InternationalSenders): Presented {
  const { address } = sender;
  const international = option === 'as_sent' ? null : internationalForm(sender);
  if (international === null) return { from_addr: address, metadata: {} };
  return option === 'plus'
    ? { from_addr: international, metadata: {} }
    : { from_addr: address, metadata: { international_sender: international } };
}

/** Null for what is no number with its country: short codes, which some call international, and names. */
function internationalForm({ address, ton }: Sender): string | null {
  if (ton !== TON.INTERNATIONAL) return null;
  const digits = address.replace(/^00/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
}

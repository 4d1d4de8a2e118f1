/** What an SMSC says about a message that it took earlier. */
export interface Receipt {
  /** The SMSC's id of that message, as the receipt spells it. */
  readonly remoteId: string;
  /** The id of the text where the TLV has another one, which counts. */
  readonly otherId?: string;
  /** The state as the receipt spells it, or the name of its message_state. */
  readonly state: string;
  /** esm_class 0x20 (section 5.2.12): whatever the state is, it is not the last. */
  readonly intermediate?: boolean;
  /** `err:` of the text, else the code of the TLV network_error_code. */
  readonly error: string | null;
  /** What else there is to tell of it, for `transport_metadata` of the report. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The state by which receipts of one message are told apart: an intermediate UNDELIV is not the final one. */
export function stateOf({ state, intermediate }: Pick<Receipt, 'state' | 'intermediate'>): string {
  return intermediate === true ? `INTERMEDIATE ${state}` : state;
}

/** What a receipt in the words of appendix B says. Times are milliseconds since the epoch. */
export interface ReceiptText {
  readonly id: string;
  /** As appendix B abbreviates it: DELIVRD, UNDELIV, … */
  readonly state: string;
  /** Three characters. */
  readonly error: string;
  readonly submittedAt: number;
  readonly doneAt: number;
  /** The message; its first 20 characters are quoted. */
  readonly text: string;
}

/** Writes the text of a receipt for one message (SMPP v3.4 appendix B), ASCII whatever the message was. */
export function formatReceiptText({ id, state, error, submittedAt, doneAt, text }: ReceiptText): string {
  const delivered = state === 'DELIVRD' ? '001' : '000';
  const quoted = text.slice(0, 20).replaceAll(/[^\x20-\x7e]/g, '?');
  return (
    `id:${id} sub:001 dlvrd:${delivered} submit date:${receiptDate(submittedAt)} ` +
    `done date:${receiptDate(doneAt)} stat:${state} err:${error} text:${quoted}`
  );
}

/** YYMMDDhhmm. */
function receiptDate(at: number): string {
  return new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 12);
}

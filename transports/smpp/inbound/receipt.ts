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

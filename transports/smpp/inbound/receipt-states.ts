import type { DeliveryStatus } from '@vumi/core';
import type { StatusOf } from '../../sending/receipts/receipt.ts';

/** message_state (SMPP v3.4 section 5.2.28; 0 and 9 are of v5.0). */
const MESSAGE_STATES: readonly string[] = [
  'SCHEDULED',
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
  'SKIPPED',
];

/** Undefined for a number that is no message_state. */
export function messageStateName(state: number): string | undefined {
  return MESSAGE_STATES[state];
}

/**
 * How the words of receipts begin, however an SMSC spells or cuts them: UNDELIV, UNDELIVERABLE, UNDELIVERED. ACCEPTD is
 * not the end: most networks say it of what waits for the phone, and the final state follows. What is not here is
 * pending, since a state that we do not know is not final.
 */
const STEMS: readonly (readonly [string, DeliveryStatus])[] = [
  ['DELIV', 'delivered'],
  ['DLVRD', 'delivered'],
  ['UNDEL', 'failed'],
  ['NOTDELIV', 'failed'],
  ['EXPIR', 'failed'],
  ['DELET', 'failed'],
  ['REJ', 'failed'],
  ['FAIL', 'failed'],
  ['SKIP', 'failed'],
  ['CANCEL', 'failed'],
];

/** Reads states without regard to case; `overrides` is the option `delivery_report_status_mapping`. */
export function createStatusMap(overrides: Readonly<Record<string, DeliveryStatus>>): StatusOf {
  const map = new Map(Object.entries(overrides).map(([state, status]) => [state.toUpperCase(), status]));
  return (state) => {
    const word = state.toUpperCase();
    return map.get(word) ?? statusOfWord(word);
  };
}

/** Vumi took the digit 0 for delivered (spec vumi-core §5.1); the others are those of message_state. */
function statusOfWord(word: string): DeliveryStatus {
  if (/^0+$/.test(word)) return 'delivered';
  const name = /^\d$/.test(word) ? (messageStateName(Number(word)) ?? word) : word.replaceAll(/[^A-Z]/g, '');
  return STEMS.find(([stem]) => name.startsWith(stem))?.[1] ?? 'pending';
}

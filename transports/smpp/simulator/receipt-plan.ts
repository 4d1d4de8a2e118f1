import type { MessageBody } from '../codec/pdu.ts';
import type { Chance } from './chance.ts';
import type { Counters } from './counters.ts';
import type { Deliveries, Target } from './deliveries.ts';
import type { Link } from './link.ts';
import type { TakenMessage } from './message-book.ts';
import { isFinal, receiptBody } from './receipt-body.ts';
import type { ReceiptScript } from './script.ts';
import type { Timers } from './timers.ts';

/** registered_delivery bits 1 and 0 (section 5.2.17). */
const WANTED = { mask: 3, always: 1, onFailure: 2 };
/** Bit 4: intermediate notifications. */
const INTERMEDIATE_BIT = 0x10;
const GOOD = new Set(['DELIVRD', 'ACCEPTD']);

export interface ReceiptPorts {
  readonly deliveries: Deliveries;
  readonly counters: Counters;
  readonly chance: () => Chance;
  readonly timers: Timers;
}

/** Sends the receipts of one message as the script says; a promise where the response waits for them. */
export function planReceipts(
  message: TakenMessage,
  { link, script }: { link: Link; script: ReceiptScript },
  ports: ReceiptPorts,
): Promise<void> | undefined {
  const states = script.states.filter((state) => isWanted(message.body, state));
  const { after_ms: after } = script;
  const last = script.states.at(-1) ?? 'DELIVRD';
  if (after === 'never' || states.length === 0) {
    settle(message, last);
    return undefined;
  }
  const send = async (state: string): Promise<void> => {
    settle(message, state);
    const copies = Array.from({ length: script.copies }, () =>
      sendOne(message, state, { link, script }, ports),
    );
    await Promise.all(copies);
  };
  if (after === 'before_response') {
    return states.reduce((before, state) => before.then(() => send(state)), Promise.resolve());
  }
  let ms = ports.chance().pick(after);
  for (const state of states) {
    ports.timers.later(ms, () => void send(state));
    ms += ports.chance().pick(script.gap_ms);
  }
  return undefined;
}

function isWanted({ registeredDelivery }: MessageBody, state: string): boolean {
  const wanted = registeredDelivery & WANTED.mask;
  if (!isFinal(state) && (registeredDelivery & INTERMEDIATE_BIT) !== 0) return true;
  return wanted === WANTED.always || (wanted === WANTED.onFailure && isFinal(state) && !GOOD.has(state));
}

function settle(message: TakenMessage, state: string): void {
  message.state = state;
  if (!isFinal(state)) return;
  message.finalAt = Date.now();
}

async function sendOne(
  message: TakenMessage,
  state: string,
  { link, script }: { link: Link; script: ReceiptScript },
  { deliveries, counters }: ReceiptPorts,
): Promise<void> {
  const { id: messageId, body: submit, submittedAt } = message;
  const body = receiptBody({ submit, messageId, submittedAt, doneAt: new Date(), state }, script);
  counters.add('receipts');
  const sent = await deliveries.deliver(body, targetOf(link, script)).then(
    () => true,
    () => false,
  );
  if (sent) counters.add('receipts_answered');
}

function targetOf({ session, systemId }: Link, { to }: ReceiptScript): Target {
  if (to === 'same_session') return { systemId, prefer: (other) => other === session };
  return to === 'other_session' ? { systemId, prefer: (other) => other !== session } : { systemId };
}

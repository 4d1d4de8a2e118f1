import {
  bodyOf,
  costOf,
  errorText,
  formatCredits,
  stampOf,
  VumiError,
  type Logger,
  type UserMessage,
} from '@vumi/core';
import type { Charge, Credits } from '@vumi/store';
import type { Catalog } from '../catalog.ts';
import type { CountSegments } from './count-segments.ts';

export interface BillingPorts {
  readonly catalog: Pick<Catalog, 'billing' | 'prices' | 'table'>;
  readonly credits: Pick<Credits, 'charge' | 'passed'>;
  readonly countSegments: CountSegments;
  readonly logger: Logger;
}

/** What accounts pay for their messages. Accounts that do not pay cost a look into memory. */
export interface Billing {
  /**
   * Of who waits for an answer: charges, then publishes. Throws `credit.insufficient` where the account cannot pay. What
   * was charged is sent, even if this process dies in between.
   */
  send(message: UserMessage, publish: (message: UserMessage) => Promise<void>): Promise<void>;
  /**
   * Charges for a message that goes to a transport, and answers what goes there: the same, or what ends a session that
   * the account cannot pay for. Null: nothing has to be paid, or was paid by `send`. Throws `credit.insufficient`.
   */
  charge(message: UserMessage, transport: string): Promise<UserMessage> | null;
  /** Of what has arrived, which is never refused. Null: it costs nothing. */
  chargeInbound(message: UserMessage): Promise<void> | null;
}

/**
 * Messages that this process has charged and is handing on: the next step need not ask the ledger again. By ledger, for
 * all in the process that share it.
 */
const handedOn = new WeakMap<object, Set<string>>();

export function createBilling(ports: BillingPorts): Billing {
  const { catalog, credits, logger } = ports;
  const paid = handedOn.get(credits) ?? new Set<string>();
  handedOn.set(credits, paid);
  return {
    async send(message, publish) {
      const id = message.message_id;
      const charge = outboundCharge(ports, message, message.transport_name ?? '');
      if (charge === null) return publish(message);
      const outcome = await credits.charge({ ...charge, body: bodyOf(message) });
      if (outcome.status === 'refused') throw noCredit(charge, outcome.balance);
      paid.add(id);
      try {
        await publish(message);
      } finally {
        paid.delete(id);
      }
      credits.passed(id).catch((error: unknown) => {
        logger.warn(
          { message_id: id, reason: errorText(error) },
          'a message that was sent may be sent again',
        );
      });
    },
    charge(message, transport) {
      const charge = outboundCharge(ports, message, transport);
      if (charge === null || paid.has(message.message_id)) return null;
      return credits.charge(charge).then((outcome) => {
        if (outcome.status !== 'refused') return message;
        if (outcome.cutoff !== 'end_sessions' || !isSessionReply(message))
          throw noCredit(charge, outcome.balance);
        const content = catalog.billing(charge.account)?.closing_text ?? '';
        return { ...message, content, session_event: 'close' };
      });
    },
    chargeInbound(message) {
      const charge = chargeOf(ports, message, {
        transport: message.transport_name ?? '',
        direction: 'inbound',
      });
      return charge === null ? null : credits.charge({ ...charge, unrefusable: true }).then(() => {});
    },
  };
}

function outboundCharge(ports: BillingPorts, message: UserMessage, transport: string): Charge | null {
  const charge = chargeOf(ports, message, { transport, direction: 'outbound' });
  if (charge === null || message.in_reply_to === null) return charge;
  const settings = ports.catalog.billing(charge.account);
  return { ...charge, unrefusable: settings?.cutoff === 'let_replies_through' };
}

/** Null: the account does not pay, or the message costs nothing. */
function chargeOf(
  { catalog, countSegments }: BillingPorts,
  message: UserMessage,
  { transport, direction }: Pick<Charge, 'transport' | 'direction'>,
): Charge | null {
  const owner = stampOf(message);
  if (owner === null || catalog.billing(owner.account) === null) return null;
  const { account, app } = owner;
  const address = direction === 'inbound' ? message.from_addr : message.to_addr;
  const route = catalog.table().routeOf({ ...message, transport_name: transport }, direction);
  const price = catalog.prices().find({ account, route, transport, direction, address });
  const segments = countSegments(message, transport, direction);
  const amount = costOf(price, segments, message.session_event === 'new');
  if (amount === 0) return null;
  const { message_id: messageId } = message;
  return {
    account,
    messageId,
    direction,
    transport,
    route,
    app,
    segments,
    price,
    amount,
    unrefusable: false,
  };
}

/** A screen that somebody waits for. */
function isSessionReply({ in_reply_to, transport_type }: UserMessage): boolean {
  return in_reply_to !== null && transport_type === 'ussd';
}

/** What whoever sends is told. */
function noCredit(
  { account, amount, segments }: Pick<Charge, 'account' | 'amount' | 'segments'>,
  balance: number,
): VumiError {
  const [has, costs] = [formatCredits(balance), formatCredits(amount)];
  return new VumiError(
    'credit.insufficient',
    `no credit: the message costs ${costs} and account "${account}" has ${has}; top it up, then send again`,
    { details: { balance: has, price: costs, segments } },
  );
}

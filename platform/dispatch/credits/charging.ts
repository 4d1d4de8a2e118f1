import {
  stampOf,
  VumiError,
  type Middleware,
  type Next,
  type Transit,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { Credits, UnpaidOutcome } from '@vumi/store';
import type { Catalog } from '../catalog.ts';
import { both } from '../middleware/both.ts';
import type { Billing } from './billing.ts';

export interface ChargingPorts {
  readonly billing: Billing;
  readonly catalog: Pick<Catalog, 'billing' | 'hasBilling'>;
  readonly credits: Pick<Credits, 'refund'>;
}

/**
 * Charges for what leaves before it does, and for what arrives beside its way; pays back what came to nothing. Stands
 * behind all that refuses messages, and before what records them.
 */
export function createCharging(ports: ChargingPorts): Middleware {
  const { billing, catalog, credits } = ports;
  const outbound = chargeOutbound(ports);
  return (transit, next) => {
    const { stage, flow } = transit;
    if (flow === 'outbound') return outbound(transit, next);
    if (flow === 'inbound' && stage === 'publish') {
      const charged = billing.chargeInbound(transit.message);
      return charged === null ? next(transit) : both(charged, next(transit));
    }
    if (flow !== 'event' || stage === 'publish' || !catalog.hasBilling()) return next(transit);
    const outcome = unpaidOutcome(transit.message);
    if (outcome === null) return next(transit);
    return both(credits.refund(transit.message.user_message_id, outcome), next(transit));
  };
}

function chargeOutbound({
  billing,
  catalog,
  credits,
}: ChargingPorts): (transit: Message, next: Next) => Promise<void> {
  /** Messages that were taken from an application and are not safe with a transport yet. */
  const taken = new Set<string>();
  const take = async (transit: Message, next: Next): Promise<void> => {
    const id = transit.message.message_id;
    taken.add(id);
    try {
      await next(transit);
    } catch (error) {
      const isOpen = taken.delete(id);
      const isRefused = error instanceof VumiError && !error.retry && error.code !== 'credit.insufficient';
      if (isOpen && isRefused) await credits.refund(id, 'discarded');
      throw error;
    }
    // It went nowhere, and may have been paid for before it came here.
    if (taken.delete(id)) await credits.refund(id, 'discarded');
  };
  const handOn = async (transit: Message, paid: Promise<UserMessage> | null, next: Next): Promise<void> => {
    await next(paid === null ? transit : { ...transit, message: await paid });
    taken.delete(transit.message.message_id);
  };
  return (transit, next) => {
    const { stage, connector, message } = transit;
    if (stage === 'consume') return isPaying(message, catalog) ? take(transit, next) : next(transit);
    const paid = billing.charge(message, connector);
    const isFree = paid === null && !taken.has(message.message_id);
    return isFree ? next(transit) : handOn(transit, paid, next);
  };
}

type Message = Extract<Transit, { flow: 'inbound' | 'outbound' }>;

function isPaying(message: UserMessage, catalog: Pick<Catalog, 'billing' | 'hasBilling'>): boolean {
  if (!catalog.hasBilling()) return false;
  const owner = stampOf(message);
  return owner !== null && catalog.billing(owner.account) !== null;
}

const UNPAID: ReadonlySet<unknown> = new Set(['discarded', 'cancelled', 'expired'] satisfies UnpaidOutcome[]);

/** Null for what the network has, or may have, be it in part. */
function unpaidOutcome(event: TransportEvent): UnpaidOutcome | null {
  if (event.event_type !== 'nack') return null;
  const { outcome, parts_sent: partsSent } = event.transport_metadata;
  if (partsSent !== undefined || outcome === 'uncertain') return null;
  return UNPAID.has(outcome) ? (outcome as UnpaidOutcome) : 'nack';
}

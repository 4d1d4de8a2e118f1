import type { BillingSettings } from '@vumi/core';
import type { Charge, ChargeOutcome, CreditEntry, UnpaidOutcome } from './credit-ports.ts';

/** What an account has, as long as its row is held. Changes with each decision. */
export interface Holding {
  readonly account: string;
  readonly billing: BillingSettings;
  balance: number;
  toppedUp: number;
  /** The lowest warning that was told since the last top-up. */
  warned: number | null;
}

export type NewEntry = Omit<CreditEntry, 'id' | 'at'> & {
  readonly round: number | null;
  readonly refund: string | null;
};

interface Warning {
  readonly account: string;
  readonly threshold: number;
  readonly balance: number;
}

/** What is to be written. */
export interface Decision {
  readonly entries: NewEntry[];
  readonly warnings: Warning[];
}

/** How often a message was charged, and whether the last charge stands. */
export interface Rounds {
  readonly round: number;
  readonly open: boolean;
}

/**
 * Decides in the order of the charges; one that does not fit leaves its place to smaller ones behind it. `rounds` is what
 * the ledger has of these messages.
 */
export function decideCharges(
  charges: readonly Charge[],
  holdings: ReadonlyMap<string, Holding>,
  rounds: Map<string, Rounds>,
): Decision & { readonly outcomes: readonly ChargeOutcome[] } {
  const decision: Decision = { entries: [], warnings: [] };
  const outcomes = charges.map((charge): ChargeOutcome => {
    const holding = holdings.get(charge.account);
    const { round, open } = rounds.get(charge.messageId) ?? { round: 0, open: false };
    if (open) return { status: 'known' };
    if (holding === undefined || holding.billing.mode === 'off') return { status: 'free' };
    if (!pays(holding, charge)) {
      return { status: 'refused', balance: holding.balance, cutoff: holding.billing.cutoff };
    }
    rounds.set(charge.messageId, { round: round + 1, open: true });
    holding.balance -= charge.amount;
    decision.entries.push(chargeEntry(charge, holding.balance, round + 1));
    warn(holding, decision.warnings);
    return { status: 'charged' };
  });
  return { ...decision, outcomes };
}

function pays({ billing, balance }: Holding, { amount, unrefusable }: Charge): boolean {
  return billing.mode === 'counted' || unrefusable || balance >= amount;
}

function chargeEntry(charge: Charge, balance: number, round: number): NewEntry {
  const { account, messageId, direction, transport, route, app, segments, price, amount } = charge;
  const { id, per_segment, per_message, per_session, refund } = price;
  return {
    ...NOT_OF_MESSAGES,
    account,
    kind: 'charge',
    // Not -0, which texts tell from 0.
    amount: 0 - amount,
    balance,
    message_id: messageId,
    round,
    direction,
    transport,
    route,
    app,
    segments,
    price: id,
    per_segment,
    per_message,
    per_session,
    refund,
  };
}

const NOT_OF_MESSAGES = { source: null, reference: null, reason: null, actor: null } as const;

/** A charge that stands, as the ledger has it. */
export type OpenCharge = NewEntry & { readonly message_id: string };

/** Pays back the charges that stand where their prices say so; each once. */
export function decideRefunds(
  refunds: readonly { readonly messageId: string; readonly outcome: UnpaidOutcome }[],
  holdings: ReadonlyMap<string, Holding>,
  open: Map<string, OpenCharge>,
): Decision {
  const decision: Decision = { entries: [], warnings: [] };
  for (const { messageId, outcome } of refunds) {
    const charge = open.get(messageId);
    const holding = holdings.get(charge?.account ?? '');
    if (charge === undefined || holding === undefined || !isRefunded(charge.refund, outcome)) continue;
    open.delete(messageId);
    holding.balance -= charge.amount;
    decision.entries.push({
      ...charge,
      kind: 'refund',
      amount: 0 - charge.amount,
      balance: holding.balance,
      reason: outcome,
    });
  }
  return decision;
}

function isRefunded(policy: string | null, outcome: UnpaidOutcome): boolean {
  return policy === 'refused' || (policy === 'unsent' && outcome !== 'nack');
}

/** Of several warnings that were passed at once the lowest is told. */
function warn(holding: Holding, warnings: Warning[]): void {
  const { billing, toppedUp, balance, warned, account } = holding;
  const thresholds = [
    ...billing.warn_below,
    ...billing.warn_percent.map((percent) => Math.floor((toppedUp * percent) / 100)),
  ];
  const passed = thresholds.filter((threshold) => balance < threshold);
  if (passed.length === 0) return;
  const threshold = Math.min(...passed);
  if (warned !== null && threshold >= warned) return;
  holding.warned = threshold;
  warnings.push({ account, threshold, balance });
}

import {
  BILLING_MODES,
  CUTOFFS,
  formatCredits,
  REFUND_POLICIES,
  slugSchema,
  type UnitPrice,
} from '@vumi/core';
import {
  ENTRY_KINDS,
  type Account,
  type CreditBalance,
  type CreditEntry,
  type Price,
  type Statement,
} from '@vumi/store';
import { z } from 'zod';

/** Amounts of credit in answers are decimal texts, which nobody rounds on their way: `-0.75`. */
const credits = z.string().describe('Credits, a decimal number of six places at most');
const instant = z.string().describe('ISO 8601, UTC');
const direction = z.enum(['inbound', 'outbound']);

export const billingSchema = z.object({
  mode: z.enum(BILLING_MODES),
  cutoff: z.enum(CUTOFFS),
  closing_text: z.string(),
  warn_percent: z.array(z.int()),
  warn_below: z.array(credits),
});

export const balanceSchema = z.object({
  account: slugSchema,
  balance: credits,
  topped_up: credits.describe('The last top-up'),
  billing: billingSchema,
});

const unitPrice = {
  per_segment: credits.nullable(),
  per_message: credits.nullable(),
  per_session: credits.nullable(),
};

export const creditEntrySchema = z.object({
  id: z.string(),
  account: slugSchema,
  at: instant,
  kind: z.enum(ENTRY_KINDS),
  amount: credits.describe('What the balance became more; of a charge it is negative'),
  balance: credits.describe('After this entry'),
  message_id: z.string().nullable(),
  direction: direction.nullable(),
  transport: z.string().nullable(),
  route: z.string().nullable().describe('By which it came or left; null: by none'),
  app: z.string().nullable(),
  segments: z.int().nullable(),
  price: z.string().nullable().describe('Its id; null: the default'),
  ...unitPrice,
  source: z.string().nullable().describe('Of a top-up: where it comes from'),
  reference: z.string().nullable().describe("Of a top-up: the source's own name for it"),
  reason: z.string().nullable(),
  actor: z.string().nullable().describe('Who did it'),
});

export const statementSchema = z.object({
  account: slugSchema,
  month: z.string(),
  from: instant,
  to: instant,
  opening: credits.describe(
    'The balance at its beginning; with the amounts of all lines it makes the closing',
  ),
  closing: credits,
  lines: z.array(
    z.object({
      kind: z.enum(ENTRY_KINDS),
      direction: direction.nullable(),
      transport: z.string().nullable(),
      route: z.string().nullable(),
      source: z.string().nullable(),
      ...unitPrice,
      entries: z.int(),
      segments: z.int(),
      amount: credits,
    }),
  ),
});

export const priceSchema = z.object({
  id: z.string(),
  account: slugSchema.nullable().describe('null: of every account'),
  route: slugSchema.nullable().describe('A route of the account; null: any'),
  transport: z.string().nullable().describe('null: over any'),
  direction,
  prefix: z.string().nullable().describe("Digits that the user's number begins with; null: any"),
  per_segment: credits,
  per_message: credits,
  per_session: credits.describe('Of a message that begins a session'),
  refund: z.enum(REFUND_POLICIES),
  created_at: instant,
});

export function showAccount(account: Account): object {
  return { ...account, billing: showBilling(account) };
}

function showBilling({ billing }: Account): z.infer<typeof billingSchema> {
  const { mode, cutoff, closing_text, warn_percent, warn_below } = billing;
  return {
    mode,
    cutoff,
    closing_text,
    warn_percent: [...warn_percent],
    warn_below: warn_below.map(formatCredits),
  };
}

export function showBalance(
  { balance, topped_up }: CreditBalance,
  account: Account,
): z.infer<typeof balanceSchema> {
  return {
    account: account.name,
    balance: formatCredits(balance),
    topped_up: formatCredits(topped_up),
    billing: showBilling(account),
  };
}

export function showEntry(entry: CreditEntry): z.infer<typeof creditEntrySchema> {
  const { amount, balance } = entry;
  return { ...entry, amount: formatCredits(amount), balance: formatCredits(balance), ...showUnits(entry) };
}

export function showStatement(statement: Statement): z.infer<typeof statementSchema> {
  const { opening, closing, lines } = statement;
  return {
    ...statement,
    opening: formatCredits(opening),
    closing: formatCredits(closing),
    lines: lines.map((line) =>
      Object.assign({}, line, { amount: formatCredits(line.amount) }, showUnits(line)),
    ),
  };
}

export function showPrice(price: Price): z.infer<typeof priceSchema> {
  return {
    ...price,
    per_segment: formatCredits(price.per_segment),
    per_message: formatCredits(price.per_message),
    per_session: formatCredits(price.per_session),
  };
}

type Units = { readonly [K in Exclude<keyof UnitPrice, 'refund'>]: number | null };

function showUnits({ per_segment, per_message, per_session }: Units): Record<keyof Units, string | null> {
  const show = (amount: number | null): string | null => (amount === null ? null : formatCredits(amount));
  return {
    per_segment: show(per_segment),
    per_message: show(per_message),
    per_session: show(per_session),
  };
}

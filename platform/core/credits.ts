import { z } from 'zod';
import { VumiError } from './errors.ts';

/**
 * Amounts of credit are whole numbers of a millionth of a credit, so that sums are exact. A database holds them as they
 * are; people read and write credits with a decimal point.
 */
export const MICROS = 1_000_000;
/** In one amount: a billion credits. Sums stay far below what a number holds exactly. */
const MOST_CREDITS = 1_000_000_000;
const DECIMAL = /^([+-]?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Reads credits as people write them, `12.5` or `-0.000001`. Null for anything else, finer, or beyond a billion. */
function readCredits(given: string | number): number | null {
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(plainDecimal(given)) ?? [];
  if (sign === undefined) return null;
  const micros = Number(whole) * MICROS + Number(fraction.padEnd(6, '0'));
  if (micros > MOST_CREDITS * MICROS) return null;
  return sign === '-' && micros !== 0 ? -micros : micros;
}

/** Small numbers are written with an exponent otherwise. */
function plainDecimal(given: string | number): string {
  if (typeof given === 'string') return given.trim();
  return Math.abs(given) < 1 && String(given).includes('e')
    ? given.toFixed(12).replace(/0+$/, '')
    : `${given}`;
}

/** As `readCredits`; throws `request.invalid`. */
export function parseCredits(given: string | number, field = 'amount'): number {
  const micros = readCredits(given);
  if (micros !== null) return micros;
  throw new VumiError('request.invalid', `"${given}" is no amount: ${CREDITS_HINT}`, { field });
}

const CREDITS_HINT = 'write credits such as 100 or 0.75, with at most six decimals and below a billion';

/** Credits as people write them, exactly: `-0.75`. */
export function formatCredits(micros: number): string {
  const size = Math.abs(micros);
  const fraction = String(size % MICROS)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(size / MICROS);
  return `${micros < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** An amount in JSON: a number, or a text where a number might be rounded on its way. Parsed: millionths. */
export const creditsSchema = z.union([z.string(), z.number()]).transform((given, context) => {
  const micros = readCredits(given);
  if (micros !== null) return micros;
  context.addIssue({ code: 'custom', message: CREDITS_HINT });
  return z.NEVER;
});

export const BILLING_MODES = ['off', 'counted', 'enforced'] as const;
export const CUTOFFS = ['outbound', 'let_replies_through', 'end_sessions'] as const;
const LONGEST_CLOSING = 500;
const MOST_WARNINGS = 10;

/** How an account pays, where nothing else was said: the default of the database. */
export const BILLING_DEFAULTS: BillingSettings = {
  mode: 'off',
  cutoff: 'outbound',
  closing_text: 'This service is not available now. Please try again later.',
  warn_percent: [20],
  warn_below: [],
};

const settings = {
  mode: z
    .enum(BILLING_MODES)
    .describe(
      'off: nothing is charged; counted: everything is, whatever the balance; enforced: what the balance does not pay for is not sent',
    ),
  cutoff: z
    .enum(CUTOFFS)
    .describe(
      'What ends when the credit does. outbound: all that is sent; let_replies_through: replies are sent and owed; end_sessions: a reply in a session becomes closing_text and ends it, without a charge',
    ),
  closing_text: z.string().trim().min(1).max(LONGEST_CLOSING).describe('What end_sessions says'),
  warn_percent: z
    .array(z.int().min(1).max(100))
    .max(MOST_WARNINGS)
    .describe('Percents of the last top-up under which the account is warned, once each until the next one'),
  warn_below: z.array(creditsSchema).max(MOST_WARNINGS).describe('The same in credits'),
};

/** What somebody changes of it; what is absent stays. */
export const billingChangeSchema = z
  .strictObject(settings)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'give at least one of its settings');
export type BillingChange = z.infer<typeof billingChangeSchema>;

/** As it is kept: `warn_below` in millionths. */
export interface BillingSettings {
  readonly mode: (typeof BILLING_MODES)[number];
  readonly cutoff: (typeof CUTOFFS)[number];
  readonly closing_text: string;
  readonly warn_percent: readonly number[];
  readonly warn_below: readonly number[];
}

export const REFUND_POLICIES = ['unsent', 'refused', 'never'] as const;

/** What one message costs. Amounts are in millionths of a credit. */
export interface UnitPrice {
  readonly per_segment: number;
  readonly per_message: number;
  /** Of a message that begins a session. */
  readonly per_session: number;
  /**
   * When it is paid back: `unsent`, what never left (discarded, cancelled, expired); `refused`, also what the network
   * refused; `never`.
   */
  readonly refund: (typeof REFUND_POLICIES)[number];
}

/** Null: no price says it. */
export type PriceId = string | null;

/** What holds where no price matches: a credit for each segment that is sent, and nothing for what arrives. */
export const DEFAULT_PRICES: Readonly<Record<'inbound' | 'outbound', UnitPrice>> = {
  inbound: { per_segment: 0, per_message: 0, per_session: 0, refund: 'never' },
  outbound: { per_segment: MICROS, per_message: 0, per_session: 0, refund: 'unsent' },
};

/** What a message costs at a price. */
export function costOf(price: UnitPrice, segments: number, beginsSession: boolean): number {
  return price.per_message + price.per_segment * segments + (beginsSession ? price.per_session : 0);
}

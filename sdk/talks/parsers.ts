import type { LazyText } from '../languages/lazy-text.ts';
import { dayIn, type DateOptions } from './days.ts';
import { fold, meaningIn, plainDigits } from './words.ts';

/** An answer that is not accepted; its text, if any, is said before the question is asked again. */
export class Retry {
  readonly text: string | LazyText | null;

  constructor(text: string | LazyText | null) {
    this.text = text;
  }
}

/**
 * What a parser returns for an answer that it does not accept.
 *
 * @example
 * const code = await app.ask('Clinic code?', {
 *   as: (answer) => (/^\d{6}$/.test(answer) ? answer : retry('A code has six digits.')),
 * });
 * return `Clinic ${code}.`;
 * // < Clinic code?
 * // > 42
 * // < A code has six digits.
 * // < Clinic code?
 * // > 420042
 * // < Clinic 420042.
 */
export function retry(text: string | LazyText | null = null): Retry {
  return new Retry(text);
}

/** Who has typed an answer. */
export interface Reader {
  /** What he reads: `zu`; null where nobody knows it. */
  readonly language: string | null;
}

/** Makes a value of an answer, which has no spaces around it, or refuses it. */
export interface Parser<T> {
  /**
   * The value, or `retry()`.
   *
   * @example
   * const code: Parser<number> = (answer) => (/^\d{6}$/.test(answer) ? Number(answer) : retry('Six digits, please.'));
   * return `Clinic ${await app.ask('Clinic code?', { as: code })}.`;
   * // < Clinic code?
   * // > 420042
   * // < Clinic 420042.
   */
  (text: string, reader?: Reader): T | Retry | Promise<T | Retry>;
  /** Answers at its edges, accepted and refused: what the explorer of the test kit types. */
  readonly samples?: readonly string[];
}

/** A parser of numbers, as the question knows it. */
export interface NumberParser extends Parser<number> {
  /** Its author counts from 0, or from below: 0 is an answer and no key. */
  readonly takesZero: boolean;
}

function numbers(options: NumberOptions, parser: Parser<number>): NumberParser {
  const { min, max = Infinity } = options;
  const takesZero = min !== undefined && min <= 0 && max >= 0;
  return Object.assign(parser, { samples: numberSamples(options), takesZero });
}

function sampled<T>(
  samples: readonly string[],
  parser: (text: string, reader?: Reader) => T | Retry,
): Parser<T> {
  return Object.assign(parser, { samples });
}

/** What zod, valibot and others make: https://standardschema.dev. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: T; readonly issues?: undefined }
      | { readonly issues: readonly { readonly message: string }[] }
      | Promise<
          | { readonly value: T; readonly issues?: undefined }
          | { readonly issues: readonly { readonly message: string }[] }
        >;
  };
}

export interface TextOptions {
  /** Characters. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** Characters that a person types where nothing says how many. */
const LONG_ANSWER = 40;

/**
 * A text that is not empty.
 *
 * @example
 * return await app.ask('Your name?', { as: text({ max: 20, pattern: /^\p{L}/u }) });
 * // < Your name?
 * // > 42
 * // < Sorry, that is not an answer.
 * // < Your name?
 * // > Thandi
 * // < Thandi
 */
export function text({ min = 1, max = 1000, pattern }: TextOptions = {}): Parser<string> {
  return sampled(['Thandi', 'W'.repeat(Math.max(min, Math.min(max, LONG_ANSWER)))], (answer) => {
    const isLong = answer.length >= min && answer.length <= max;
    return isLong && (pattern === undefined || pattern.test(answer)) ? answer : retry();
  });
}

export interface NumberOptions {
  readonly min?: number;
  readonly max?: number;
}

/**
 * A whole number, in digits of any script.
 *
 * @example
 * const age = await app.ask('How old are you?', { as: integer({ min: 10, max: 120 }) });
 * return `Next year you are ${age + 1}.`;
 * // < How old are you?
 * // > 9
 * // < Sorry, that is not an answer.
 * // < How old are you?
 * // > 24
 * // < Next year you are 25.
 */
export function integer(options: NumberOptions = {}): Parser<number> {
  return numbers(options, (answer) =>
    /^[+-]?\d{1,15}$/.test(plainDigits(answer)) ? within(Number(plainDigits(answer)), options) : retry(),
  );
}

/**
 * A number with a point or a comma.
 *
 * @example
 * const weight = await app.ask('How heavy is it, in kg?', { as: decimal({ min: 0.5, max: 10 }) });
 * return `${weight * 2} kg for two.`;
 * // < How heavy is it, in kg?
 * // > 3,5
 * // < 7 kg for two.
 */
export function decimal(options: NumberOptions = {}): Parser<number> {
  return numbers(options, (answer) => {
    const plain = plainDigits(answer).replace(',', '.');
    return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(plain) ? within(Number(plain), options) : retry();
  });
}

function numberSamples({ min = 1, max = min + 9 }: NumberOptions): string[] {
  return [String(min), String(max), String(max + 1), 'x'];
}

function within(value: number, { min = -Infinity, max = Infinity }: NumberOptions): number | Retry {
  return value >= min && value <= max ? value : retry();
}

/**
 * A day; its value is `YYYY-MM-DD`. It is written in numbers, `24.12.1999`, `24/12/99`, `24121999` or `1999-12-24`, or with the
 * month as a word of English or of the user's language: `24 Dec 1999`, `December 24, 1999`. Of numbers the day is first, in the
 * English of the USA the month, in Chinese, Hungarian, Japanese, Korean, Lithuanian and Mongolian the year; where that makes no
 * day, another order that makes one counts. A year of two digits is one of the hundred that end 19 years from now, or of the
 * century before or after where only that is within `min` and `max`.
 *
 * @example
 * return await app.ask('When were you born?', { as: date({ max: '2026-01-01' }) });
 * // < When were you born?
 * // > 24 Dec 99
 * // < 1999-12-24
 */
export function date(options: DateOptions = {}): Parser<string> {
  const samples = [options.min, options.max].flatMap((day) => (day === undefined ? [] : [day]));
  return sampled(
    [...samples, '24-12-2026', 'tomorrow'],
    (answer, reader) => dayIn(plainDigits(answer), reader?.language ?? null, options) ?? retry(),
  );
}

export interface MsisdnOptions {
  /** Calling code of numbers that are written with a leading 0, without `+`. */
  readonly country?: string;
}

/**
 * A telephone number in international form, `+27761234567`.
 *
 * @example
 * return `We call ${await app.ask('Your number?', { as: msisdn({ country: '27' }) })}.`;
 * // < Your number?
 * // > 076 123 4567
 * // < We call +27761234567.
 */
export function msisdn({ country }: MsisdnOptions = {}): Parser<string> {
  return sampled(['+27761234567', '12'], (answer) => {
    const plain = plainDigits(answer)
      .replace(/[\s().-]/g, '')
      .replace(/^00/, '+');
    const number = country !== undefined && /^0\d/.test(plain) ? `+${country}${plain.slice(1)}` : plain;
    return /^\+[1-9]\d{6,14}$/.test(number) ? number : retry();
  });
}

/**
 * True or false, said as 1 or 2, or as yes or no in a language that the SDK knows: also "yes please", but not "yes or no".
 *
 * @example
 * const well = await app.ask('Are you well? Yes or no', { as: yesNo() });
 * return well ? 'Good.' : 'Come to the clinic.';
 * // < Are you well? Yes or no
 * // > no
 * // < Come to the clinic.
 */
export function yesNo(): Parser<boolean> {
  return sampled(['1', '2', 'x'], (answer) => {
    const word = fold(answer);
    if (word === '1' || word === '2') return word === '1';
    return meaningIn(word) ?? retry();
  });
}

/**
 * So many digits.
 *
 * @example
 * await app.ask('Choose four digits', { as: pin(), secret: true });
 * return 'Remember them.';
 * // < Choose four digits
 * // > 123
 * // < Sorry, that is not an answer.
 * // < Choose four digits
 * // > 1234
 * // < Remember them.
 */
export function pin(length = 4): Parser<string> {
  return sampled(['7'.repeat(length), 'x'], (answer) => {
    const plain = plainDigits(answer);
    return plain.length === length && /^\d+$/.test(plain) ? plain : retry();
  });
}

/** Whatever `as` may be, as one function. */
/** What most questions take. */
const ANY_TEXT = /* @__PURE__ */ text();

export function parserOf<T>(as: Parser<T> | StandardSchema<T> | undefined): Parser<unknown> {
  if (as === undefined) return ANY_TEXT;
  if (typeof as === 'function' && !('~standard' in as)) return as;
  const { validate } = (as as StandardSchema<T>)['~standard'];
  return async (answer) => {
    const result = await validate(answer);
    if (result.issues !== undefined) return retry(result.issues[0]?.message ?? null);
    // Apps in plain JavaScript have it checked without `strict`, which does not see that it is there.
    return (result as { readonly value: unknown }).value;
  };
}

import { fullNumber } from '@vumi/core/numbers';

/** Option `OPERATOR_PREFIX`: names by prefix, to any depth; the prefixes inside are whole ones. */
type OperatorPrefixes = { readonly [prefix: string]: string | OperatorPrefixes };

export interface OperatorOptions {
  readonly country_code?: string | undefined;
  /** Of Vumi's older transport: numbers lose their plus. */
  readonly COUNTRY_CODE?: string | undefined;
  readonly OPERATOR_NUMBER: Readonly<Record<string, string>>;
  readonly OPERATOR_PREFIX: OperatorPrefixes;
}

/** What Vumi calls the operator of a number that no prefix fits. */
const UNKNOWN = 'UNKNOWN';

/** Number recognition (spec vumi-core §5.1): whose subscriber has a number, and which of our numbers writes to him. */
export class Operators {
  readonly #countryCode: string | undefined;
  readonly #oldCountryCode: string | undefined;
  readonly #numbers: Readonly<Record<string, string>>;
  /** Longest first: of two that fit, the one that says more (Vumi took whichever came first ⚠). */
  readonly #prefixes: readonly (readonly [string, string])[];

  constructor({ country_code, COUNTRY_CODE, OPERATOR_NUMBER, OPERATOR_PREFIX }: OperatorOptions) {
    this.#countryCode = country_code;
    this.#oldCountryCode = COUNTRY_CODE;
    this.#numbers = OPERATOR_NUMBER;
    this.#prefixes = flatten(OPERATOR_PREFIX).sort(([a], [b]) => b.length - a.length);
  }

  /** A number with its country where that is known; names stay as they are. */
  normalise(address: string): string {
    if (this.#countryCode !== undefined) return fullNumber(address, this.#countryCode);
    if (this.#oldCountryCode === undefined || !/^\+?\d+$/.test(address)) return address;
    return address.replace(/^(?:\+|00)/, '').replace(/^0/, this.#oldCountryCode);
  }

  /** The operator of a number, or null when no prefix fits. */
  operatorOf(address: string): string | null {
    const number = this.normalise(address).replace(/^\+/, '');
    return this.#prefixes.find(([prefix]) => number.startsWith(prefix))?.[1] ?? null;
  }

  /** The number that writes to a subscriber, or null when that is the message's own. */
  senderTo(address: string): string | null {
    return this.#numbers[this.operatorOf(address) ?? UNKNOWN] ?? null;
  }
}

function flatten(prefixes: OperatorPrefixes): (readonly [string, string])[] {
  return Object.entries(prefixes).flatMap(([prefix, value]) =>
    typeof value === 'string' ? [[prefix, value] as const] : flatten(value),
  );
}

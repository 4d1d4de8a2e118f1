import { readPhoneNumber, type AppRef } from '@vumi/core';
import { isCallingCode } from '@vumi/core/numbers';
import { seal, unseal } from './sealed.ts';

/** Digits of a number of which four can be shown without giving it away. */
const SHORTEST_SHOWN = 9;
const START = 'p_';
/** Characters of the HMAC in a mark; what follows is the address, sealed. */
const HMAC_LENGTH = 16;

/** What a page is told of somebody. */
export interface ShownPerson {
  readonly person: string;
  readonly number: string;
}

/**
 * A user as pages see him: by a mark that is the same each time at this app and tells nothing at another, and by a
 * number that is mostly dots. The address has no form as a text here, so that none of it gets out by a slip.
 */
export class Person {
  readonly #ref: AppRef;
  readonly #address: string;
  readonly #secret: string;

  constructor(ref: AppRef, address: string, secret: string) {
    this.#ref = ref;
    this.#address = usualForm(address);
    this.#secret = secret;
  }

  /** Whom a page means by a mark that it has from here; null: nobody of this app. */
  static find(ref: AppRef, person: string, secret: string): Person | null {
    if (!person.startsWith(START)) return null;
    const address = unseal(secret, labelOf(ref), person.slice(START.length));
    return address === null ? null : new Person(ref, address, secret);
  }

  /** For logs and keys, which outlive an erasure: the beginning of the mark, out of which nobody reads an address. */
  get trace(): string {
    return this.mark.slice(0, START.length + HMAC_LENGTH);
  }

  /** For pages. */
  get mark(): string {
    return START + seal(this.#secret, labelOf(this.#ref), this.#address);
  }

  toJSON(): ShownPerson {
    return { person: this.mark, number: masked(this.#address) };
  }

  /** For whoever may see it, and is counted (people.ts). */
  withNumber(): ShownPerson {
    return { person: this.mark, number: this.#address };
  }

  /** For looking him up and for sending to him: the address goes no further. */
  at<T>(use: (address: string) => T): T {
    return use(this.#address);
  }

  isSameAs(other: Person): boolean {
    return this.#address === other.#address;
  }

  toString(): string {
    throw new TypeError('a person has no text: answer it as JSON, which masks it');
  }
}

function labelOf({ account, app }: AppRef): string[] {
  return [account, app];
}

/** Networks write one number with and without its plus: he is the same person. */
function usualForm(address: string): string {
  const number = readPhoneNumber(address) ?? '';
  return /^\+?[1-9]\d{8,14}$/.test(number) ? `+${number.replace(/^\+/, '')}` : address;
}

/** `+27 76 ••• ••67`; of what is no full number nothing but that it is there. */
function masked(address: string): string {
  const digits = /^\+(\d+)$/.exec(address)?.[1] ?? '';
  const country = [1, 2, 3].map((length) => digits.slice(0, length)).find(isCallingCode);
  if (country === undefined || digits.length < SHORTEST_SHOWN) return '•••';
  const rest = digits.slice(country.length);
  return `+${country} ${rest.slice(0, 2)} ••• ••${rest.slice(-2)}`;
}

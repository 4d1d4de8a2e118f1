import { createHmac } from 'node:crypto';
import type { AppRef } from '@vumi/core';
import { isCallingCode } from '@vumi/core/numbers';

/** 96 bits. */
const MARK_LENGTH = 16;
/** Digits of a number of which four can be shown without giving it away. */
const SHORTEST_SHOWN = 9;

/**
 * A user as pages see him: by a mark that is the same each time at this app and tells nothing at another, and by a
 * number that is mostly dots. The address has no form as a text here, so that none of it gets out by a slip.
 */
export class Person {
  readonly #ref: AppRef;
  readonly #address: string;
  readonly #secret: string;

  constructor({ account, app }: AppRef, address: string, secret: string) {
    this.#ref = { account, app };
    this.#address = address;
    this.#secret = secret;
  }

  toJSON(): { readonly person: string; readonly number: string } {
    const { account, app } = this.#ref;
    const mark = createHmac('sha256', this.#secret)
      .update(JSON.stringify([account, app, this.#address]))
      .digest('base64url');
    return { person: `p_${mark.slice(0, MARK_LENGTH)}`, number: masked(this.#address) };
  }

  toString(): string {
    throw new TypeError('a person has no text: answer it as JSON, which masks it');
  }
}

/** `+27 76 ••• ••67`; of what is no full number nothing but that it is there. */
function masked(address: string): string {
  const digits = /^\+(\d+)$/.exec(address)?.[1] ?? '';
  const country = [1, 2, 3].map((length) => digits.slice(0, length)).find(isCallingCode);
  if (country === undefined || digits.length < SHORTEST_SHOWN) return '•••';
  const rest = digits.slice(country.length);
  return `+${country} ${rest.slice(0, 2)} ••• ••${rest.slice(-2)}`;
}

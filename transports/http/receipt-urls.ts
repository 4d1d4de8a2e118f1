import { randomBytes } from 'node:crypto';
import type { KeyedState } from '@vumi/core';
import { hmacOf, isSigned } from './signatures.ts';

/**
 * A URL for each message, by which its network says what became of it and nobody else can (spec channels §1.6): the id of
 * the message and an HMAC of it, as `<route>/<id>?k=<HMAC>`.
 */
export class ReceiptUrls {
  readonly #key: string;

  private constructor(key: string) {
    this.#key = key;
  }

  /** All lives of a transport share a key, which is made up by the first. */
  static async open(state: KeyedState, transport: string): Promise<ReceiptUrls> {
    const name = `transport/${transport}/receipts/url-key`;
    await state.setIfAbsent(name, randomBytes(24).toString('base64url'));
    return new ReceiptUrls((await state.get(name)) ?? '');
  }

  urlOf(route: string, messageId: string): string {
    return `${route}/${encodeURIComponent(messageId)}?k=${this.#proofOf(messageId)}`;
  }

  /** The message that a URL is of; null when it is none of ours. */
  read(url: URL): string | null {
    const id = decode(url.pathname.split('/').at(-1) ?? '');
    return id !== null && isSigned(url.searchParams.get('k') ?? undefined, this.#proofOf(id)) ? id : null;
  }

  #proofOf(messageId: string): string {
    return hmacOf({ hash: 'sha256', key: this.#key, coding: 'base64url' }, messageId);
  }
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

import { randomBytes } from 'node:crypto';
import type { KeyedState } from '@vumi/core';
import { hmacOf, isSigned } from '../http/signatures.ts';

const SESSION = /^[\w-]{22}$/;

/** Who a visitor is: a random id, and an HMAC of it that nobody else can make. */
export class SessionTokens {
  readonly #key: string;

  private constructor(key: string) {
    this.#key = key;
  }

  /** All lives of a transport share a key, which is made up by the first. */
  static async open(state: KeyedState, transport: string): Promise<SessionTokens> {
    const name = `transport/${transport}/chat-key`;
    await state.setIfAbsent(name, randomBytes(32).toString('base64url'));
    return new SessionTokens((await state.get(name)) ?? '');
  }

  create(): { readonly session: string; readonly token: string } {
    const session = randomBytes(16).toString('base64url');
    return { session, token: this.#tokenOf(session) };
  }

  isOf(session: string, token: string | undefined): boolean {
    return isSession(session) && isSigned(token, this.#tokenOf(session));
  }

  #tokenOf(session: string): string {
    return hmacOf({ hash: 'sha256', key: this.#key, coding: 'base64url' }, session);
  }
}

/** Whether an address can be that of a visitor. */
export function isSession(address: string): boolean {
  return SESSION.test(address);
}

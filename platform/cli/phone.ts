import { sleep } from '@vumi/core';
import { path, type Client } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { LostMessages } from './lost-messages.ts';
import type { Session } from './session.ts';

/** All phones, for administrators. */
const ALL_PHONES = '/simulators/smsc/messages';
/** More than can come between two looks. */
const SCREEN = 100;
const POLL_MS = 100;
const LOOK_MS = 50;
/** After a reply: time for a second one. */
const LINGER_MS = 300;
/** So often it is looked whether what was written is lost, while nothing comes. */
const LOOKS_FOR_LOST = 200;
/** How much longer a reply may take when the platform says that its machine is overloaded. */
const OVERLOADED_FACTOR = 6;

export interface PhoneMessage {
  readonly message_id?: string;
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
}

/** A phone behind the SMSC simulator. */
export interface Phone {
  write(content: string): Promise<void>;
  /** What has come since the last look. */
  look(): Promise<PhoneMessage[]>;
  /** What to do about what was written and nobody gets, once for each. */
  lost(): Promise<readonly string[]>;
  /** What has come by the time that a first message was followed by a pause; empty when none came in `waitMs`. Throws for what nobody gets. */
  waitForReply(waitMs: number): Promise<PhoneMessage[]>;
}

/** Takes the phone of a number in the hand: what it received earlier is old. */
export async function openPhone(session: Session, from: string, to: string): Promise<Phone> {
  const { client } = session;
  const seen = new Set<string>();
  const query = { address: from, limit: SCREEN };
  const place = await placeOfPhone(session, query);
  const lostOnes = await LostMessages.begin(client, from);
  let looksForLost = 0;
  const lost = async (): Promise<readonly string[]> => {
    if (looksForLost === 0) return [];
    looksForLost -= 1;
    return lostOnes.look();
  };
  const look = async (): Promise<PhoneMessage[]> => {
    const received = await client.list<PhoneMessage>(place, { query });
    const fresh = received.filter((message) => !seen.has(identity(message)));
    for (const message of fresh) seen.add(identity(message));
    if (fresh.length > 0) looksForLost = 0;
    return fresh;
  };
  await look();
  return {
    lost,
    write: async (content) => {
      await client.call('POST', place, { body: { from_addr: from, to_addr: to, content } });
      looksForLost = LOOKS_FOR_LOST;
    },
    look,
    waitForReply: async (waitMs) => {
      const replies: PhoneMessage[] = [];
      let deadline = performance.now() + waitMs;
      let mayBeLate = true;
      for (;;) {
        const fresh = await look();
        replies.push(...fresh);
        if (fresh.length > 0) deadline = performance.now() + LINGER_MS;
        const [hint] = await lost();
        if (hint !== undefined) throw new CliError(EXIT.refused, hint);
        if (performance.now() >= deadline) {
          if (replies.length > 0 || !mayBeLate || !(await isOverloaded(client))) return replies;
          deadline += waitMs * (OVERLOADED_FACTOR - 1);
          mayBeLate = false;
        }
        await sleep(POLL_MS);
      }
    },
  };
}

/** What comes to a phone, or was written on it and is lost. */
export type PhoneNews = { readonly text: PhoneMessage } | { readonly lost: string };

/** One look after the other; what the platform does not answer is asked again. */
export async function* newsOf(phone: Phone, signal: AbortSignal): AsyncGenerator<PhoneNews> {
  while (!signal.aborted) {
    for (const text of await phone.look().catch(() => [])) yield { text };
    for (const lost of await phone.lost().catch(() => [])) yield { lost };
    await sleep(LOOK_MS);
  }
}

async function isOverloaded(client: Client): Promise<boolean> {
  try {
    const { overload } = await client.call<{ overload?: { overloaded: boolean } }>('GET', '/status');
    return overload?.overloaded ?? false;
  } catch {
    // Somebody who may not ask, or an older platform.
    return false;
  }
}

/** Administrators have any phone; who has an account's token has one that only reaches apps of his account. */
async function placeOfPhone(session: Session, query: { address: string; limit: number }): Promise<string> {
  try {
    await session.client.call('GET', ALL_PHONES, { query });
    return ALL_PHONES;
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'auth.forbidden') throw error;
    return path`/accounts/${await session.account()}/phone/messages`;
  }
}

function identity(message: PhoneMessage): string {
  return message.message_id ?? JSON.stringify(message);
}

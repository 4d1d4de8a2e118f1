import { sleep } from '@vumi/core';
import type { Client } from './client.ts';

const MESSAGES = '/simulators/smsc/messages';
/** More than can come between two looks. */
const SCREEN = 100;
const POLL_MS = 100;
/** After a reply: time for a second one. */
const LINGER_MS = 300;
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
  /** What has come by the time that a first message was followed by a pause; empty when none came in `waitMs`. */
  waitForReply(waitMs: number): Promise<PhoneMessage[]>;
}

/** Takes the phone of a number in the hand: what it received earlier is old. */
export async function openPhone(client: Client, from: string, to: string): Promise<Phone> {
  const seen = new Set<string>();
  const look = async (): Promise<PhoneMessage[]> => {
    const received = await client.list<PhoneMessage>(MESSAGES, { query: { address: from, limit: SCREEN } });
    const fresh = received.filter((message) => !seen.has(identity(message)));
    for (const message of fresh) seen.add(identity(message));
    return fresh;
  };
  await look();
  return {
    write: async (content) => {
      await client.call('POST', MESSAGES, { body: { from_addr: from, to_addr: to, content } });
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

async function isOverloaded(client: Client): Promise<boolean> {
  try {
    const { overload } = await client.call<{ overload?: { overloaded: boolean } }>('GET', '/status');
    return overload?.overloaded ?? false;
  } catch {
    // Somebody who may not ask, or an older platform.
    return false;
  }
}

function identity(message: PhoneMessage): string {
  return message.message_id ?? JSON.stringify(message);
}

import { randomUUID } from 'node:crypto';
import { path } from './client.ts';
import type { Session } from './session.ts';

/** What a phone shows in a session of USSD. */
export interface Screen {
  readonly text: string;
  /** The session has ended with it. */
  readonly ends: boolean;
}

/** A phone that dials over a transport of USSD, as its network does. */
export interface UssdPhone {
  dial(): Promise<Screen>;
  answer(input: string): Promise<Screen>;
}

export function openUssdPhone(
  { client }: Session,
  transport: string,
  { from, to }: { from: string; to: string },
): UssdPhone {
  const place = path`/transports/${transport}/phone`;
  const numbers = { session: randomUUID(), from_addr: from, to_addr: to };
  const before: string[] = [];
  let next: string | null = null;
  let number = 0;
  const step = async (event: 'new' | 'resume', input: string): Promise<Screen> => {
    number += 1;
    const body = { ...numbers, event, input, before, number, next };
    const { text, ends, ...shown } = await client.call<Screen & { next: string | null }>('POST', place, {
      body,
    });
    next = shown.next;
    if (event === 'resume') before.push(input);
    return { text, ends };
  };
  return { dial: () => step('new', ''), answer: (input) => step('resume', input) };
}

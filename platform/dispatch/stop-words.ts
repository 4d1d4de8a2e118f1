import type { UserMessage, Stamp } from '@vumi/core';
import { keywordOf } from './keyword.ts';
import type { RouteTable } from './route-table.ts';

/**
 * Words by which people everywhere end messages. CANCEL, END and QUIT are none: they are what people answer to apps, and
 * whoever ends a quiz does not end the messages of his clinic.
 */
const STOP = new Set(['stop', 'stopall', 'stopp', 'unsubscribe', 'optout', 'revoke']);
const START = new Set(['start', 'unstop', 'optin', 'subscribe']);
/** More than any of these with blanks and punctuation around it. */
const LONGEST = 60;

/** The whole text says it, in any case, with any punctuation: "Stop!", "STOP ALL", "opt-out". */
export function stopWish(content: string | null): 'stop' | 'start' | null {
  if (content === null || content.length > LONGEST) return null;
  const word = keywordOf(content.normalize('NFKC').replaceAll(/[^\p{L}\p{N}]/gu, ''));
  if (STOP.has(word)) return 'stop';
  return START.has(word) ? 'start' : null;
}

export interface StopWordPorts {
  readonly table: () => RouteTable;
  /** Notes in the account that the writer of the message wants nothing more, or that he does again. Once per message. */
  readonly note: (account: string, message: UserMessage, wish: 'stop' | 'start') => Promise<void>;
}

/**
 * Heeds who writes STOP or START to a number: every account that has a route there and heeds opt-outs, for the number is
 * what people see. Not on USSD, where a session is what somebody ends, nor where an app has a route for that very word,
 * or says in its vumi.json that it sees to it, nor for apps of Vumi Go, which do that themselves.
 * Answers with what the app wants to be said in its place; null: the app answers.
 */
export function createStopWords({ table: current, note }: StopWordPorts) {
  return async (message: UserMessage, owner: Stamp | null): Promise<string | null> => {
    const wish = stopWish(message.content);
    if (wish === null || message.from_addr === null || !isWritten(message)) return null;
    const table = current();
    if (table.matchKeyword(message).length > 0) return null;
    const ref = owner?.app == null ? null : { account: owner.account, app: owner.app };
    const stop = ref === null ? null : table.stopOf(ref);
    if (stop === false) return null;
    const accounts = new Set([...table.accountsAt(message), ...(owner === null ? [] : [owner.account])]);
    const heeding = [...accounts].filter((account) => table.respectsOptouts(account));
    await Promise.all(heeding.map((account) => note(account, message, wish)));
    return wish === 'stop' && heeding.length > 0 ? stop : null;
  };
}

/** Sessions and voices are no messages that one could want to end. */
function isWritten({ transport_type: type, session_event: event }: UserMessage): boolean {
  return type !== 'ussd' && type !== 'voice' && (event === null || event === undefined);
}

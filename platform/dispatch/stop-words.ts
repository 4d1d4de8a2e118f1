import type { UserMessage, Stamp } from '@vumi/core';
import { wishOf, type StopWish } from '@vumi/records';
import type { RouteTable } from './route-table.ts';

export interface StopWordPorts {
  readonly table: () => RouteTable;
  /** Notes in the account that the writer of the message wants nothing more, or that he does again. Once per message. */
  readonly note: (account: string, message: UserMessage, wish: StopWish) => Promise<void>;
}

/**
 * Heeds who writes STOP or START to a number: every account that has a route there and heeds opt-outs, for the number is
 * what people see. Not on USSD, where a session is what somebody ends, nor where an app has a route for that very word,
 * or says in its vumi.json that it sees to it, nor for apps of Vumi Go, which do that themselves.
 * Answers with what the app wants to be said in its place; null: the app answers.
 */
export function createStopWords({ table: current, note }: StopWordPorts) {
  return async (message: UserMessage, owner: Stamp | null): Promise<string | null> => {
    const wish = wishOf(message);
    if (wish === null) return null;
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

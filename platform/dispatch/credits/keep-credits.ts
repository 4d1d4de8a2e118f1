import {
  formatCredits,
  keepLeased,
  parseUserMessage,
  type Clock,
  type Logger,
  type UserMessage,
} from '@vumi/core';
import type { Store } from '@vumi/store';

export interface CreditKeepingPorts {
  readonly store: Pick<Store, 'credits' | 'alerts' | 'lease'>;
  /** Sends a message of the API's or an SMPP client's. Resolves when it is safe. */
  readonly send: (message: UserMessage) => Promise<void>;
  readonly clock: Clock;
  /** Pause between two looks. */
  readonly everyMs: number;
  readonly logger: Logger;
}

/** Name of the lease of the process that does it. */
const LEASE = 'credits';
/**
 * Whoever charged a message is done with it long before, or dead. If he is only slow it is published twice, under one id,
 * and its transport sends it once.
 */
const OVERDUE_MS = 15_000;
/** The kind of alerts about credit that runs low. */
const LOW = 'credit.low';

/**
 * Of all processes one sends what was charged and not passed on, because its process died; and says whose credit runs low,
 * and whose no longer does.
 */
export function startCreditKeeping(ports: CreditKeepingPorts): AsyncDisposable {
  return keepLeased({
    ...ports,
    lease: LEASE,
    failed: 'credits could not be looked after',
    round: async () => {
      await sendOverdue(ports);
      await tellWarnings(ports);
      await clearWarnings(ports);
    },
  });
}

async function sendOverdue({ store, send, logger }: CreditKeepingPorts): Promise<void> {
  for (const { message_id: id, body } of await store.credits.overdue(OVERDUE_MS)) {
    logger.info({ message_id: id }, 'sending a message that was charged by a process which did not send it');
    await send(parseUserMessage(body));
    await store.credits.passed(id);
  }
}

async function tellWarnings({ store }: CreditKeepingPorts): Promise<void> {
  for (const { id, account, at, threshold, balance } of await store.credits.warnings()) {
    const [below, has] = [formatCredits(threshold), formatCredits(balance)];
    await store.alerts.raise({
      kind: LOW,
      // One of each warning, so that the next lower one is told, too.
      subject: `${account} below ${below}`,
      account,
      level: balance <= 0 ? 'critical' : 'warning',
      message: `account "${account}" has ${has} credits, less than ${below}: top it up`,
      at: Date.parse(at),
      details: { balance: has, threshold: below },
    });
    await store.credits.toldWarning(id);
  }
}

async function clearWarnings({ store, clock }: CreditKeepingPorts): Promise<void> {
  for (const { account, subject, details } of await store.alerts.open(LOW)) {
    const threshold = Number(details['threshold']);
    if (account === null || Number.isNaN(threshold)) continue;
    const { balance } = await store.credits.balance(account);
    const has = formatCredits(balance);
    if (Number(has) < threshold) continue;
    const message = `account "${account}" has ${has} credits again`;
    await store.alerts.clear({ kind: LOW, subject, account }, { at: clock(), message });
  }
}

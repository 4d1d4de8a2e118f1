import { errorText, sleep, type Logger } from '@vumi/core';
import type { CancelOutcome, Store } from '@vumi/store';

const POLL_MS = 50;
const RETRY_MS = 2000;

/** Who can be asked not to send a message any more: true when it will not be. */
export interface Cancels {
  cancel?(messageId: string): Promise<boolean>;
}

/** Decides on what is asked of a transport while it runs here, also on what was asked before it did. */
export function decideCancellations(
  name: string,
  transport: Cancels,
  { store, logger }: { store: Pick<Store, 'cancellations' | 'onChange'>; logger: Logger },
): Disposable {
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  const decide = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      for (const id of isOpen ? await store.cancellations.claim(name) : []) {
        const isCancelled = (await transport.cancel?.(id)) ?? false;
        await store.cancellations.decide(id, isCancelled ? 'cancelled' : 'too_late');
      }
    } catch (error) {
      logger.warn({ reason: errorText(error) }, 'cannot decide on cancelled messages; trying again');
      if (isOpen) timer = setTimeout(() => void decide(), RETRY_MS).unref();
    }
  };
  const subscription = store.onChange(({ what }) => (what === 'cancellations' ? decide() : undefined));
  void decide();
  return {
    [Symbol.dispose]() {
      isOpen = false;
      clearTimeout(timer);
      subscription[Symbol.dispose]();
    },
  };
}

export interface Cancelling {
  readonly account: string;
  readonly messageId: string;
  readonly waitMs: number;
  /** What happens when no transport decides in time: the wish stays, or is as if it had never been. */
  readonly otherwise: 'stay' | 'take_back';
}

/**
 * Cancels a message that waits. Whoever wins, cancelling or sending, is told truthfully; `asked` is neither yet: no
 * process runs the transport, which will decide before it sends anything.
 * @throws VumiError `not_found`
 */
export async function cancelMessage(
  store: Pick<Store, 'messages' | 'cancellations'>,
  { account, messageId, waitMs, otherwise }: Cancelling,
): Promise<CancelOutcome | 'asked'> {
  const { direction, status, transport_name: transport } = await store.messages.get(account, messageId);
  if (status === 'cancelled') return 'cancelled';
  if (direction !== 'outbound' || status !== 'queued' || transport === null) return 'too_late';
  await store.cancellations.ask(messageId, transport);
  for (let waited = 0; waited <= waitMs; waited += POLL_MS) {
    const outcome = await store.cancellations.outcome(messageId);
    if (outcome !== null) return outcome;
    await sleep(POLL_MS);
  }
  if (otherwise === 'stay') return 'asked';
  if (await store.cancellations.takeBack(messageId)) return 'too_late';
  // It is being decided on right now.
  return cancelMessage(store, { account, messageId, waitMs, otherwise });
}

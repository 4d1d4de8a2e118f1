import type { NetworkExchange } from '@vumi/core';

/** Of which message an exchange with the network is, and when it was: milliseconds since the epoch. */
export interface ExchangeAbout {
  readonly messageId: string;
  readonly transport: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly typed?: NetworkExchange['typed'] | undefined;
}

/** What exchanges of all protocols say alike; `describe` without how long it took. */
export function exchangeOf(
  { messageId, transport, startedAt, endedAt, typed }: ExchangeAbout,
  failed: boolean,
  describe: () => Omit<ReturnType<NetworkExchange['describe']>, 'ms'>,
): NetworkExchange {
  return {
    message_id: messageId,
    transport,
    at: startedAt,
    failed,
    ...(typed === undefined ? {} : { typed }),
    describe: () => ({ ...describe(), ms: endedAt - startedAt }),
  };
}

import { errorText, newId, type KeyedState, type Logger } from '@vumi/core';
import type { RequestOutcome } from '@vumi/http';
import { reportNoPublicUrl, TIMEOUT_MS, untilHeard, type AnnouncementPorts } from './announcement.ts';
import type { Answered, ChannelRequestOut } from './channel-sending.ts';
import type { CallerConfig } from './options.ts';
import { publicUrlOf } from './place.ts';
import type { TransportPorts } from '../transport-type.ts';

interface SubscriptionAbout {
  /** Of this life of the transport alone: what another has begun is not ended by it. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A network that brings messages only as long as it is asked to. */
export interface ChannelSubscription<C> {
  /** Whether this configuration asks for it. */
  isOpen(config: C): boolean;
  /** `url`: where the route "" is, null without a public URL. Null: it cannot be found so. */
  begin(config: C, about: SubscriptionAbout & { readonly url: string | null }): ChannelRequestOut | null;
  end(config: C, about: SubscriptionAbout): ChannelRequestOut;
  /** Why it was not begun; null: it was, by this request or by the same one before. */
  faultOf(answer: Answered): string | null;
}

interface SubscriptionPorts extends AnnouncementPorts {
  readonly http: TransportPorts['http'];
  readonly state: Pick<KeyedState, 'get' | 'set'>;
  readonly logger: Logger;
  /** Of the transport. */
  readonly transport: string;
}

/** The process ends soon: who does not answer then was told. */
const FAREWELL_MS = 5000;

/**
 * Asks a network to bring messages, again until it does, and to stop when the transport closes. What a life before has left
 * behind that could not say goodbye is ended first: a network may refuse a second subscription beside it.
 */
export async function subscribe<C extends CallerConfig>(
  subscription: ChannelSubscription<C>,
  config: C,
  ports: SubscriptionPorts,
): Promise<void> {
  if (!subscription.isOpen(config)) return;
  const { http, state, transport, clock, signal } = ports;
  const name = newId();
  const key = `transport/${transport}/subscription`;
  const url = publicUrlOf(config, http, '');
  if (subscription.begin(config, { name, now: clock(), url }) === null)
    return reportNoPublicUrl(ports.health, { polls: false });
  let isNoted = false;
  const ask = (request: ChannelRequestOut, limits: object): Promise<RequestOutcome> =>
    http.send({ ...request, timeoutMs: TIMEOUT_MS, allowPrivate: ports.allowPrivate, ...limits });
  const begin = async (): Promise<string | null> => {
    if (!isNoted) {
      const before = await state.get(key);
      if (before !== null) await ask(subscription.end(config, { name: before, now: clock() }), { signal });
      await state.set(key, name);
      isNoted = true;
    }
    const request = subscription.begin(config, { name, now: clock(), url });
    if (request === null) return 'it cannot be found';
    const outcome = await ask(request, { signal });
    return outcome.kind === 'answered' ? subscription.faultOf(outcome) : outcome.reason;
  };
  await untilHeard(ports, () => begin().catch(errorText));
  await abortOf(signal);
  if (!isNoted) return;
  const said = await ask(subscription.end(config, { name, now: clock() }), { timeoutMs: FAREWELL_MS });
  if (said.kind !== 'answered')
    ports.logger.warn({ reason: said.reason }, 'the network was not told to bring nothing any more');
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

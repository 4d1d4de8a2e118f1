import { backoffMs, sleep, type Clock, type KeyedState } from '@vumi/core';
import type { HttpPort, RequestOutcome } from '@vumi/http';
import type { Answered, ChannelRequestOut } from './channel-sending.ts';
import type { Reading } from './channel.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import { verdictOf } from './verdict.ts';

/** What a network gave when it was asked. */
export interface Polled {
  readonly readings: readonly Reading[];
  /** Where to go on; null: where it was. */
  readonly offset: string | null;
  /** What the network is told of it then; nothing is lost where that fails. */
  readonly after: readonly ChannelRequestOut[];
}

/** How a channel fetches what its network does not bring. */
export interface ChannelPolling<C> {
  isOn(config: C): boolean;
  /** `offset`: where the last answer ended; null: from the beginning. The network may hold the answer back. */
  request(config: C, offset: string | null): ChannelRequestOut;
  /** Null: it is no answer that gives anything. */
  read(answer: Answered, config: C): Polled | null;
}

export interface PollerPorts {
  readonly http: Pick<HttpPort, 'send'>;
  readonly state: Pick<KeyedState, 'get' | 'set'>;
  readonly health: ComponentHealth;
  readonly clock: Clock;
  readonly random: () => number;
  readonly transport: string;
  readonly allowPrivate: boolean;
  /** Resolves when all is published. */
  readonly take: (readings: readonly Reading[]) => Promise<void>;
  /** Aborted when the transport closes. */
  readonly signal: AbortSignal;
}

const COMPONENT = 'request';
/** Longer than networks hold an answer back. */
const TIMEOUT_MS = 75_000;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/**
 * Asks the network until the transport closes. Where to go on is kept when what came is published and not before, in the
 * state, so that the next life goes on there, on whatever machine: what is asked for twice has the same ids.
 */
export async function poll<C>(polling: ChannelPolling<C>, config: C, ports: PollerPorts): Promise<void> {
  const { http, state, health, random, signal, transport, allowPrivate } = ports;
  const key = `transport/${transport}/offset`;
  const ask = (request: ChannelRequestOut): Promise<RequestOutcome> =>
    http.send({ ...request, timeoutMs: TIMEOUT_MS, allowPrivate, signal });
  for (let failures = 0; !signal.aborted;) {
    try {
      const polled = read(
        await ask(polling.request(config, await state.get(key))),
        polling,
        config,
        ports.clock(),
      );
      await ports.take(polled.readings);
      if (polled.offset !== null) await state.set(key, polled.offset);
      failures = 0;
      health.report({ component: COMPONENT, status: 'ok', type: 'polling', message: 'asks for messages' });
      await Promise.all(polled.after.map(ask));
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const message = `messages cannot be fetched: ${error instanceof Error ? error.message : String(error)}`;
      health.report({ component: COMPONENT, status: 'down', type: 'not_polling', message });
      await sleep(backoffMs(failures, FIRST_REST_MS, LONGEST_REST_MS, random), signal).catch(() => {});
    }
  }
}

function read<C>(outcome: RequestOutcome, polling: ChannelPolling<C>, config: C, now: number): Polled {
  if (outcome.kind !== 'answered') throw new Error(outcome.reason);
  const polled = polling.read(outcome, config);
  if (polled !== null) return polled;
  const verdict = verdictOf(outcome, now);
  throw new Error('reason' in verdict ? verdict.reason : `the network answered ${outcome.status}`);
}

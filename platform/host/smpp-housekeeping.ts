import {
  errorText,
  parseTimestamp,
  routingKey,
  sleep,
  smppClientConnector,
  VumiError,
  type FlowKind,
  type Handler,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { stampOf } from '@vumi/dispatch';
import type { SmppServer } from '@vumi/transports/smpp/server';
import type { SandboxRolePorts } from './sandbox-role.ts';

export interface HousekeepingPorts extends Pick<
  SandboxRolePorts,
  'broker' | 'catalog' | 'connectors' | 'recorder' | 'store' | 'clock' | 'logger'
> {
  readonly server: SmppServer;
  /** What has waited for its client for longer has failed. */
  readonly keepMs: number;
  /** Pause between two looks. */
  readonly everyMs: number;
}

/** Name of the lease of the process that keeps house. */
const LEASE = 'smpp-server';
/** Messages at the head of a queue that are looked at together. */
const LOOKED_AT = 50;
/** A queue that gives nothing for so long has nothing to give. */
const QUIET_MS = 1000;

/**
 * Of all processes one ends what takes too long: long messages that are not completed, and what waits for clients
 * that do not bind, which nobody else looks at.
 */
export function startSmppHousekeeping(ports: HousekeepingPorts): AsyncDisposable {
  const stop = new AbortController();
  const running = keep(ports, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the SMPP server is stopping'));
      await running;
    },
  };
}

async function keep(ports: HousekeepingPorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await using lease = await ports.store.lease(LEASE, signal);
      const lost = new AbortController();
      void lease.lost.then(() => lost.abort());
      const either = AbortSignal.any([signal, lost.signal]);
      while (!either.aborted) {
        await sweep(ports);
        await sleep(ports.everyMs, either).catch(() => {});
      }
    } catch (error) {
      if (signal.aborted) return;
      ports.logger.warn({ reason: errorText(error) }, 'what waits for SMPP clients could not be looked at');
      await sleep(ports.everyMs, signal).catch(() => {});
    }
  }
}

async function sweep(ports: HousekeepingPorts): Promise<void> {
  await ports.server.sweepParts();
  for (const { system_id: systemId } of ports.catalog.smppClients()) {
    // A client that is bound here gets all that waits, or fails it, by itself.
    if (ports.server.binds().has(systemId)) continue;
    const name = smppClientConnector(systemId);
    const { inbound, event } = ports.connectors.queues(name);
    const before = ports.clock() - ports.keepMs;
    if (await hasAny(ports, name, 'inbound')) {
      await expire<UserMessage>(
        before,
        (handler) => inbound.consume(handler, { prefetch: LOOKED_AT }),
        async (message) => {
          await ports.recorder.inbound(message, stampOf(message), 'failed');
        },
      );
    }
    if (await hasAny(ports, name, 'event')) {
      await expire<TransportEvent>(
        before,
        (handler) => event.consume(handler, { prefetch: LOOKED_AT }),
        async () => {},
      );
    }
  }
}

async function hasAny({ broker }: HousekeepingPorts, name: string, kind: FlowKind): Promise<boolean> {
  return (await broker.depth(routingKey(name, kind))) > 0;
}

/** Takes what is older than `before` from the head of a queue into its failures, up to the first that is not. */
async function expire<M extends UserMessage | TransportEvent>(
  before: number,
  consume: (handler: Handler<M>) => Promise<AsyncDisposable>,
  record: (message: M) => Promise<void>,
): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let quiet = setTimeout(end, QUIET_MS);
  await using _ = await consume(async (message) => {
    clearTimeout(quiet);
    quiet = setTimeout(end, QUIET_MS);
    if ((parseTimestamp(message.timestamp) ?? 0) >= before) {
      end();
      // An outage: it goes back as if nobody had looked at it.
      throw new VumiError('transport.not_connected', 'the SMPP client is not bound');
    }
    await record(message);
    throw new VumiError('smpp_client.refused', 'the SMPP client did not bind in time');
  });
  await ended;
  clearTimeout(quiet);
}

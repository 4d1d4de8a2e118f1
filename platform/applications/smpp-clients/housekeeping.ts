import {
  keepLeased,
  parseTimestamp,
  routingKey,
  smppClientConnector,
  stampOf,
  VumiError,
  type FlowKind,
  type Handler,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { SmppServer } from '@vumi/transports/smpp/server';
import type { SmppClientPorts } from './ports.ts';

export interface HousekeepingPorts extends SmppClientPorts {
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
  return keepLeased({
    ...ports,
    lease: LEASE,
    failed: 'what waits for SMPP clients could not be looked at',
    round: () => sweep(ports),
  });
}

async function sweep(ports: HousekeepingPorts): Promise<void> {
  await ports.server.sweepParts();
  for (const { system_id: systemId } of ports.catalog.smppClients()) {
    // A client that is bound here gets all that waits, or fails it, by itself.
    if (ports.server.binds().has(systemId)) continue;
    const name = smppClientConnector(systemId);
    const end = ports.ends.application(name);
    const before = ports.clock() - ports.keepMs;
    if (await hasAny(ports, name, 'inbound')) {
      await expire<UserMessage>(
        before,
        (handler) => end.onInbound(handler, { prefetch: LOOKED_AT }),
        async (message) => {
          await ports.recorder.inbound(message, stampOf(message), 'failed');
        },
      );
    }
    if (await hasAny(ports, name, 'event')) {
      await expire<TransportEvent>(
        before,
        (handler) => end.onEvent(handler, { prefetch: LOOKED_AT }),
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

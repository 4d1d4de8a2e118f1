import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  silentLogger,
  type Handler,
  type Subscription,
  type TransportEvent,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';
import { LoopbackHttp } from '@vumi/http/testing';
import { openLedger } from '@vumi/state';
import { transportTypes, type Transport, type TransportPorts } from '@vumi/transports';
import { openStatePlace } from '../contract/state-place.ts';

/** A transport with a real ledger and real state, and a platform that only writes down what it is told. */
export interface TransportPlace extends AsyncDisposable {
  readonly inbound: UserMessage[];
  readonly events: TransportEvent[];
  readonly statuses: TransportStatus[];
  start(config: Record<string, unknown>): Promise<Transport>;
  /** As the transport's queue does. */
  send(message: UserMessage): Promise<void>;
}

const SMPP_CONFIG = {
  host: '127.0.0.1',
  system_id: 'vumi',
  password: 'secret',
  initial_reconnect_delay: 0.02,
};

export async function openTransportPlace(type: 'smpp' | 'gammu' = 'smpp'): Promise<TransportPlace> {
  const name = `${type}_a`;
  const stack = new AsyncDisposableStack();
  const { state } = stack.use(await openStatePlace());
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-transport-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const ledger = stack.use(openLedger({ file: join(dataDir, 'ledger.sqlite') }));
  const inbound: UserMessage[] = [];
  const events: TransportEvent[] = [];
  const statuses: TransportStatus[] = [];
  let handler: Handler<UserMessage> | undefined;
  const nothing = (): Promise<void> => Promise.resolve();
  const subscription: Subscription = { pause: nothing, resume: nothing, [Symbol.asyncDispose]: nothing };
  const ports: TransportPorts = {
    end: {
      name,
      publishInbound: async (message) => void inbound.push(message),
      publishEvent: async (event) => void events.push(event),
      onOutbound: async (consume) => {
        handler = consume;
        return subscription;
      },
    },
    publishStatus: async (status) => void statuses.push(status),
    publishFailure: nothing,
    state,
    ledger,
    http: stack.use(new LoopbackHttp(name)),
    logger: silentLogger,
    clock: Date.now,
    // The shortest of the delays that chance may give.
    random: () => 0,
  };
  return {
    inbound,
    events,
    statuses,
    start: async (config) => {
      const usual = type === 'smpp' ? SMPP_CONFIG : {};
      return stack.use(await transportTypes[type].start({ ...usual, ...config }, ports));
    },
    send: (message) => {
      if (handler === undefined) throw new Error('the transport does not consume');
      return handler(message, { redelivered: false, attempt: 1 });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

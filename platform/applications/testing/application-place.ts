import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBroker, queueConnector } from '@vumi/broker';
import {
  applicationEnd,
  createUserMessage,
  parseFailure,
  silentLogger,
  transportEnd,
  type FailureMessage,
  type TransportEnd,
  type UserMessage,
} from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import type { HttpPort } from '@vumi/http';
import type { Worker, WorkerPorts, WorkerType } from '@vumi/runtime';
import { openEmbeddedState } from '@vumi/state';

const CONNECTOR = 'app';
const REMEMBERED = 1000;

/** An application behind its queues, on the embedded broker and state, with everything that it says kept. */
export interface ApplicationPlace extends AsyncDisposable {
  readonly ports: WorkerPorts;
  /** The end of the application's neighbour. */
  readonly end: TransportEnd;
  readonly said: readonly UserMessage[];
  readonly failures: readonly FailureMessage[];
  /** Starts it; its name and connector are `app`. Give `transport_name` only to be wrong. */
  start(type: WorkerType, config?: Readonly<Record<string, unknown>>): Promise<Worker>;
  /** Brings it a message of +27761234567 and waits until so much was said in all. */
  ask(fields: Partial<UserMessage>, saidInAll: number): Promise<readonly UserMessage[]>;
}

export async function openApplicationPlace(
  more: Partial<Pick<WorkerPorts, 'http' | 'clock' | 'random'>> = {},
): Promise<ApplicationPlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-application-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const broker = stack.use(await openEmbeddedBroker({ dataDir, logger: silentLogger, retryDelayMs: 1 }));
  const state = stack.use(await openEmbeddedState({ dataDir, logger: silentLogger }));
  const connector = queueConnector(broker, CONNECTOR);
  const end = transportEnd(connector);
  const said: UserMessage[] = [];
  const failures: FailureMessage[] = [];
  const options = { prefetch: REMEMBERED };
  const keep = (message: UserMessage): Promise<void> => Promise.resolve(void said.push(message));
  stack.use(await end.onOutbound(keep, options));
  const keepFailure = (body: string): Promise<void> =>
    Promise.resolve(void failures.push(parseFailure(body)));
  const failuresKey = `${CONNECTOR}.failures`;
  stack.use(await broker.consume(failuresKey, keepFailure, { ...options, failuresKey: 'failures' }));
  const ports: WorkerPorts = {
    name: CONNECTOR,
    ends: {
      application: () => applicationEnd(connector),
      transport: unused,
      receiveInbound: unused,
      receiveOutbound: unused,
      publishFailure: unused,
      publishStatus: unused,
    },
    broker,
    state,
    ledger: unused,
    http: noHttp,
    store: null,
    clock: Date.now,
    random: () => 0,
    logger: silentLogger,
    signal: new AbortController().signal,
    ...more,
  };
  return {
    ports,
    end,
    said,
    failures,
    start: async (type, config = {}) => {
      const worker = await type.start({ transport_name: CONNECTOR, ...config }, ports);
      stack.use(worker);
      return worker;
    },
    async ask(fields, saidInAll) {
      await end.publishInbound(messageOf(fields));
      return eventually(
        () => said,
        (all) => all.length >= saidInAll,
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What somebody writes. */
export function messageOf(fields: Partial<UserMessage>): UserMessage {
  return createUserMessage({
    from_addr: '+27761234567',
    to_addr: '12345',
    transport_name: 'smsc',
    transport_type: 'sms',
    ...fields,
  });
}

function unused(): never {
  throw new Error('an application has no such port');
}

const noHttp: HttpPort = {
  mount: unused,
  mountUpgrades: unused,
  listen: unused,
  publicUrl: unused,
  send: unused,
  open: unused,
};

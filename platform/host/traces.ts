import type { Broker, KeyedState } from '@vumi/core';
import type { HttpHub } from '@vumi/http';
import type { EndPorts } from '@vumi/runtime';
import {
  startTelemetry,
  tracedBroker,
  tracedEnds,
  tracedRequests,
  tracedRun,
  tracedSend,
  tracedState,
  type RunFigures,
} from '@vumi/telemetry';
import type { Config } from './config-schema.ts';
import type { Servers } from './servers.ts';

type Send = Parameters<typeof tracedSend>[0];
type RequestHandler = HttpHub['handle'];

/** What is put around the parts of a process where traces are wanted; where they are not, there is nothing around them. */
export interface Traces extends AsyncDisposable {
  broker(broker: Broker): Broker;
  state(state: KeyedState): KeyedState;
  ends(ends: EndPorts): EndPorts;
  send(send: Send): Send;
  requests(handle: RequestHandler): RequestHandler;
  runs<R extends RunFigures>(record: (run: R) => void): (run: R) => void;
}

/** Null where no traces are wanted. `state` is where all processes find what belongs to which trace. */
export async function openTraces(
  { telemetry: options }: Config,
  { state }: Pick<Servers, 'state'>,
): Promise<Traces | null> {
  const telemetry = await startTelemetry(options);
  if (telemetry === null) return null;
  const { tracing } = telemetry;
  const memory = telemetry.memory(state);
  return {
    broker: (broker) => tracedBroker(broker, tracing),
    state: (kept) => tracedState(kept, tracing),
    ends: (ends) => tracedEnds(ends, tracing, memory),
    send: (send) => tracedSend(send, tracing, memory),
    requests: (handle) => tracedRequests(handle, tracing, options.accept_from),
    runs: (record) => tracedRun(record, tracing),
    [Symbol.asyncDispose]: () => telemetry[Symbol.asyncDispose](),
  };
}

/** The same servers, whose messages carry traces and whose commits are told; as they are where there are none. */
export function tracedServers(
  plain: Pick<Servers, 'broker' | 'state'>,
  traces: Traces | null,
): Pick<Servers, 'broker' | 'state'> {
  if (traces === null) return plain;
  return { broker: traces.broker(plain.broker), state: traces.state(plain.state) };
}

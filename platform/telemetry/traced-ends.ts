import {
  eventStatus,
  stampOf,
  type ApplicationEnd,
  type Handler,
  type TransportEnd,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { EndPorts } from '@vumi/runtime';
import type { TraceMemory } from './trace-memory.ts';
import type { SpanOptions, TraceParent, Tracing } from './tracing.ts';

interface Use {
  readonly tracing: Tracing;
  readonly memory: TraceMemory;
  /** A call may wait for its callee, and is then begun by whoever was before it: the message brings its own span. */
  readonly carried: WeakMap<object, TraceParent>;
}

/** Ends whose messages are spans: what a transport takes and sends, what a dispatcher routes, what an application does. */
export function tracedEnds(ends: EndPorts, tracing: Tracing, memory: TraceMemory): EndPorts {
  const use: Use = { tracing, memory, carried: new WeakMap() };
  return {
    transport: (name) => transportEnd(ends.transport(name), use),
    receiveOutbound: (name) => dispatcherTransportEnd(ends.receiveOutbound(name), use),
    application: (name) => applicationEnd(ends.application(name), use, 'handle'),
    receiveInbound: (name) => applicationEnd(ends.receiveInbound(name), use, 'route'),
    publishFailure: (name, failure) => ends.publishFailure(name, failure),
    publishStatus: (name, status) => ends.publishStatus(name, status),
  };
}

/** The network's side: here traces begin, and end. */
function transportEnd(end: TransportEnd, use: Use): TransportEnd {
  const { tracing, memory } = use;
  return {
    name: end.name,
    publishInbound: (message) =>
      tracing.within(
        `receive ${end.name}`,
        { kind: 'server', attributes: attributesOf(message), ...begun(tracing) },
        () => {
          memory.remember(message.message_id);
          carry(message, use);
          return end.publishInbound(message);
        },
      ),
    publishEvent: (event) => publishEvent(end, event, use),
    onOutbound: (handler, options) =>
      end.onOutbound(
        handled(`send ${end.name}`, { kind: 'client' }, use, (message, delivery) => {
          memory.remember(message.message_id);
          return handler(message, delivery);
        }),
        options,
      ),
  };
}

/** An ack belongs to the sending of its message; a receipt comes later, by itself, and goes on with what was sent. */
async function publishEvent(end: TransportEnd, event: TransportEvent, use: Use): Promise<void> {
  const { tracing, memory } = use;
  const name = `${event.event_type === 'delivery_report' ? 'receipt' : event.event_type} ${end.name}`;
  const attributes = { 'vumi.message_id': event.user_message_id, 'vumi.event': eventStatus(event) };
  const publish = (): Promise<void> => {
    carry(event, use);
    return end.publishEvent(event);
  };
  if (tracing.current() !== null) return tracing.within(name, { attributes }, publish);
  const parent = await memory.recall(event.user_message_id);
  return parent === null
    ? end.publishEvent(event)
    : tracing.within(name, { kind: 'server', attributes, parent }, publish);
}

function dispatcherTransportEnd(end: TransportEnd, use: Use): TransportEnd {
  return {
    ...end,
    onOutbound: (handler, options) => end.onOutbound(handled(`route ${end.name}`, {}, use, handler), options),
  };
}

function applicationEnd(end: ApplicationEnd, use: Use, verb: string): ApplicationEnd {
  return {
    name: end.name,
    publishOutbound: (message) => {
      carry(message, use);
      return end.publishOutbound(message);
    },
    onInbound: (handler, options) => end.onInbound(handled(`${verb} ${end.name}`, {}, use, handler), options),
    onEvent: (handler, options) =>
      end.onEvent(handled(`${verb} event ${end.name}`, {}, use, handler), options),
  };
}

function handled<M extends UserMessage | TransportEvent>(
  name: string,
  options: SpanOptions,
  { tracing, carried }: Use,
  handler: Handler<M>,
): Handler<M> {
  return (message, delivery) => {
    const parent = carried.get(message);
    // An event of a message that is not traced belongs to no trace.
    if (parent === undefined && tracing.current() === null) return handler(message, delivery);
    const attributes = attributesOf(message);
    const given = { ...options, attributes, ...(parent === undefined ? {} : { parent }) };
    return tracing.within(name, given, () => handler(message, delivery));
  };
}

function carry(message: object, { tracing, carried }: Use): void {
  const current = tracing.current();
  if (current !== null) carried.set(message, current);
}

/** Within a request of HTTP a message goes on with that; else it begins a trace. */
function begun(tracing: Tracing): Pick<SpanOptions, 'parent'> {
  return tracing.current() === null ? { parent: null } : {};
}

function idOf(message: UserMessage | TransportEvent): string {
  return 'event_type' in message ? String(message.user_message_id) : message.message_id;
}

/** Ids and names, and nothing that a user wrote, nor his number. */
function attributesOf(message: UserMessage | TransportEvent): Record<string, string> {
  const stamp = stampOf(message);
  return {
    'vumi.message_id': idOf(message),
    ...('transport_name' in message && typeof message.transport_name === 'string'
      ? { 'vumi.transport': message.transport_name }
      : {}),
    ...(stamp === null ? {} : { 'vumi.account': stamp.account }),
    ...(stamp?.app == null ? {} : { 'vumi.app': stamp.app }),
  };
}

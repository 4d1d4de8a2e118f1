import type { Socket } from 'node:net';
import { errorText } from '@vumi/core';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { Binding } from './binding/binding.ts';
import { compileReceiptPattern, smppConfigSchema, type SmppConfig } from './config.ts';
import { Health } from './health.ts';
import { Inbound } from './inbound/inbound.ts';
import { Reassembly } from './inbound/reassembly.ts';
import {
  createPatternReader,
  createStatusMap,
  readReceiptText,
  type ReceiptReader,
} from './inbound/receipt.ts';
import { ReplayGuard } from './inbound/replay-guard.ts';
import { Consumer } from './outbound/consumer.ts';
import { Outbound } from './outbound/outbound.ts';
import { PartLedger } from './outbound/part-ledger.ts';
import { ThrottleGate } from './outbound/throttle-gate.ts';
import { ReceiptBook } from './receipts.ts';
import { Session } from './session/session.ts';
import { createCharsetTable, type CharsetTable } from './text/data-coding.ts';

/** An ESME: binds to an SMSC as transceiver, over TCP (spec vumi-core §5.1, spec smpp). */
export const smppTransport = defineTransport({
  type: 'smpp',
  configSchema: smppConfigSchema,
  start: startSmppTransport,
});

/** How long a closing transport waits for responses. */
const DRAIN_MS = 5000;
const SWEEP_MS = 1000;
/** A response that the SMSC may not have read for so long is worth an enquire_link, whose answer proves that it has. */
const UNREAD_MS = 5000;

/** What a transport keeps between PDUs, on disk and in the state. */
interface Memory {
  readonly table: CharsetTable;
  readonly guard: ReplayGuard;
  readonly parts: PartLedger;
  readonly receipts: ReceiptBook;
}

async function startSmppTransport(config: SmppConfig, ports: TransportPorts): Promise<Transport> {
  const { end, logger } = ports;
  const memory = createMemory(config, ports);
  const { guard, parts, receipts, table } = memory;
  const health = new Health(ports);
  const gate = createGate(config, health);
  const consumer = new Consumer(logger);
  const inbound = createInbound(config, ports, memory);
  const binding = new Binding({
    config,
    health,
    logger,
    clock: ports.clock,
    random: ports.random,
    createSession: (socket) => createSession(socket, { config, ports, inbound, guard }),
    onBound: () => {
      if (gate.throttled) reportThrottled(health);
      consumer.run(true);
    },
    onUnbound: () => {
      guard.sessionEnded();
      consumer.run(false);
    },
  });
  const outbound = new Outbound({
    end,
    logger,
    config,
    state: ports.state,
    random: ports.random,
    publishFailure: (failure) => ports.publishFailure(failure),
    table,
    receipts,
    binding,
    gate,
    parts,
    policy: config.uncertain_policy,
    onLate: ({ messageId, part, total }, remoteId) => {
      receipts.remember(remoteId, { messageId, part, total }).catch(logFailure(ports));
    },
  });
  const timer = setInterval(() => sweep(memory, binding, ports), SWEEP_MS);
  const close = async (): Promise<void> => {
    consumer.run(false);
    gate.close();
    health.report({ status: 'down', type: 'unbinding', message: 'closing' });
    await binding.close(DRAIN_MS);
    await consumer.end();
    clearInterval(timer);
  };
  try {
    const options = { prefetch: config.amqp_prefetch_count };
    consumer.begin(await end.onOutbound((message) => outbound.handle(message), options));
  } catch (error) {
    await close();
    throw error;
  }
  return { ...reportOf(health, binding), [Symbol.asyncDispose]: close };
}

function reportOf(health: Health, binding: Binding): Pick<Transport, 'status' | 'gauges'> {
  return {
    status: () => health.current,
    gauges: () => ({
      bound: binding.current === null ? 0 : 1,
      in_flight: binding.current?.inFlight ?? 0,
      waiting: binding.current?.waiting ?? 0,
    }),
  };
}

function createMemory(config: SmppConfig, { end, state, ledger, logger, clock }: TransportPorts): Memory {
  const statusOf = createStatusMap(config.delivery_report_status_mapping);
  return {
    table: createCharsetTable(config.data_coding_overrides),
    guard: new ReplayGuard(ledger, end.name, clock),
    parts: new PartLedger(ledger, end.name, clock),
    receipts: new ReceiptBook({ state, end, logger, clock, statusOf }),
  };
}

function createInbound(config: SmppConfig, { end, logger, state }: TransportPorts, memory: Memory): Inbound {
  const { guard, receipts, table } = memory;
  const pattern = config.delivery_report_regex;
  const readReceipt: ReceiptReader =
    pattern === undefined ? readReceiptText : createPatternReader(compileReceiptPattern(pattern));
  return new Inbound({
    end,
    logger,
    guard,
    receipts,
    reassembly: new Reassembly(state, end.name),
    classifying: { table, readReceipt, useEsmClass: config.delivery_report_use_esm_class },
  });
}

function createGate(config: SmppConfig, health: Health): ThrottleGate {
  return new ThrottleGate({
    delayMs: config.throttle_delay * 1000,
    onThrottled: () => reportThrottled(health),
    onReleased: () =>
      health.report({ status: 'ok', type: 'throttled_end', message: 'the SMSC takes messages again' }),
  });
}

function reportThrottled(health: Health): void {
  health.report({ status: 'degraded', type: 'throttled', message: 'the SMSC asks to send more slowly' });
}

function createSession(
  socket: Socket,
  use: { config: SmppConfig; ports: TransportPorts; inbound: Inbound; guard: ReplayGuard },
): Session {
  const { config, ports, inbound, guard } = use;
  return new Session(socket, {
    role: 'esme',
    window: config.window,
    responseTimeoutMs: config.response_timeout * 1000,
    enquireLinkMs: config.smpp_enquire_link_interval * 1000,
    bindTimeoutMs: config.smpp_bind_timeout * 1000,
    logger: ports.logger,
    clock: ports.clock,
    onRequest: (request) => inbound.handle(request),
    beforeWrite: () => ports.ledger.flush(),
    onRead: (order) => guard.read(order),
  });
}

function sweep({ guard, parts, receipts }: Memory, binding: Binding, ports: TransportPorts): void {
  guard.sweep();
  parts.sweep();
  receipts.sweep();
  const { unreadSince } = guard;
  const session = binding.current;
  if (session !== null && unreadSince !== null && ports.clock() - unreadSince >= UNREAD_MS)
    session.probe(UNREAD_MS);
}

function logFailure({ logger }: TransportPorts): (error: unknown) => void {
  return (error) =>
    logger.warn({ reason: errorText(error) }, 'could not reach the state; trying again later');
}

import { errorText } from '@vumi/core';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { Binding } from './binding/binding.ts';
import { EsmeSessions } from './binding/esme-sessions.ts';
import { smppConfigSchema, type SmppConfig } from './config.ts';
import { Health } from './health.ts';
import { Inbound } from './inbound/inbound.ts';
import { Reassembly } from './inbound/reassembly.ts';
import {
  createPatternReader,
  createStatusMap,
  readReceiptText,
  type ReceiptReader,
} from './inbound/receipt.ts';
import { warnOfIgnored } from './options/ignored-options.ts';
import { compileReceiptPattern } from './options/receiving-options.ts';
import { ReplayGuard } from './inbound/replay-guard.ts';
import { Consumer } from './outbound/consumer.ts';
import { Outbound } from './outbound/outbound.ts';
import { PartLedger } from './outbound/part-ledger.ts';
import { ThrottleGate } from './outbound/throttle-gate.ts';
import { ReceiptBook } from './receipts.ts';
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
/** What a transport keeps between PDUs, on disk and in the state. */
interface Memory {
  readonly table: CharsetTable;
  readonly guard: ReplayGuard;
  readonly parts: PartLedger;
  readonly receipts: ReceiptBook;
}

async function startSmppTransport(config: SmppConfig, ports: TransportPorts): Promise<Transport> {
  const { end, logger } = ports;
  warnOfIgnored(config, logger);
  const memory = createMemory(config, ports);
  const { guard, parts, receipts, table } = memory;
  const health = new Health(ports);
  const gate = createGate(config, health);
  const consumer = new Consumer(logger);
  const inbound = createInbound(config, ports, memory);
  const sessions = new EsmeSessions({ ...ports, config, inbound, guard });
  const binding = new Binding({
    config,
    health,
    logger,
    clock: ports.clock,
    random: ports.random,
    createSession: (socket) => sessions.create(socket),
    onBound: () => {
      if (gate.throttled) reportThrottled(health);
      consumer.run(true);
    },
    onUnbound: () => consumer.run(false),
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
  const timer = setInterval(() => sweep(memory, sessions), SWEEP_MS);
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
    flush: () => guard.flush(),
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

function sweep({ guard, parts, receipts }: Memory, sessions: EsmeSessions): void {
  guard.sweep();
  parts.sweep();
  receipts.sweep();
  sessions.sweep();
}

function logFailure({ logger }: TransportPorts): (error: unknown) => void {
  return (error) =>
    logger.warn({ reason: errorText(error) }, 'could not reach the state; trying again later');
}

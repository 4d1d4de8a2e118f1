import { errorText } from '@vumi/core';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { Binding } from './binding/binding.ts';
import { EsmeSessions } from './binding/esme-sessions.ts';
import { smppConfigSchema, type SmppConfig } from './config.ts';
import { Health } from './health.ts';
import { ReplayGuard } from './inbound/replay-guard.ts';
import { warnOfIgnored } from './options/ignored-options.ts';
import { Consumer } from './outbound/consumer.ts';
import { Outbound } from './outbound/outbound.ts';
import { PartLedger } from './outbound/part-ledger.ts';
import { ThrottleGate } from './outbound/throttle-gate.ts';
import { createReceiving } from './receiving.ts';

/** An ESME: binds to an SMSC as transceiver, over TCP (spec vumi-core §5.1, spec smpp). */
export const smppTransport = defineTransport({
  type: 'smpp',
  configSchema: smppConfigSchema,
  start: startSmppTransport,
});

/** How long a closing transport waits for responses. */
const DRAIN_MS = 5000;
const SWEEP_MS = 1000;

async function startSmppTransport(config: SmppConfig, ports: TransportPorts): Promise<Transport> {
  const { end, logger } = ports;
  warnOfIgnored(config, logger);
  const guard = new ReplayGuard(ports.ledger, end.name, ports.clock);
  const parts = new PartLedger(ports.ledger, end.name, ports.clock);
  const receiving = createReceiving(config, ports, () => guard.flush());
  const { inbound, receipts } = receiving;
  const health = new Health(ports);
  const gate = createGate(config, health);
  const consumer = new Consumer(logger);
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
    receipts,
    binding,
    gate,
    parts,
    policy: config.uncertain_policy,
    onLate: ({ messageId, part, total }, remoteId) => {
      receipts.remember(remoteId, { messageId, part, total }).catch(logFailure(ports));
    },
  });
  const timer = setInterval(sweep, SWEEP_MS, [guard, parts, receiving, sessions]);
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

function sweep(memories: readonly { sweep(): void }[]): void {
  for (const memory of memories) memory.sweep();
}

function logFailure({ logger }: TransportPorts): (error: unknown) => void {
  return (error) =>
    logger.warn({ reason: errorText(error) }, 'could not reach the state; trying again later');
}

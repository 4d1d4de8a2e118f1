import { errorText, readPhoneNumber } from '@vumi/core';
import { transportMeasures } from '@vumi/measures';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { SMPP_ALIASES } from './aliases.ts';
import { BindHealth } from './binding/bind-health.ts';
import { BindPool } from './binding/bind-pool.ts';
import { EsmeSessions } from './binding/esme-sessions.ts';
import { smppConfigSchema, type SmppConfig } from './config.ts';
import { Health } from './health.ts';
import { ReplayGuard } from './inbound/replay-guard.ts';
import { Consumer } from '../sending/consumer.ts';
import { Lanes } from '../sending/lanes.ts';
import { Composer, segmentCounter } from './outbound/compose.ts';
import { Outbound } from './outbound/outbound.ts';
import { PartLedger } from '../sending/part-ledger.ts';
import { textCodingOf } from './outbound/text-coding-of.ts';
import { createReceiving } from './receiving.ts';
import { reportOf } from './report.ts';
import type { Session } from './session/session.ts';

/** An ESME: binds to an SMSC, or waits for it to call, over TCP or TLS (spec vumi-core §5.1, spec smpp). */
export const smppTransport = defineTransport({
  type: 'smpp',
  aliases: SMPP_ALIASES,
  summary: 'An ESME: binds to an SMSC over TCP or TLS, or waits for its outbind; SMS and USSD, receipts',
  configSchema: smppConfigSchema,
  textOptions: (config) => textCodingOf(config).options,
  countSegments: (config) => segmentCounter(new Composer(config)),
  readReceiver: readPhoneNumber,
  start: startSmppTransport,
});

/** How long a closing transport waits for responses. */
const DRAIN_MS = 5000;
const SWEEP_MS = 1000;

async function startSmppTransport(config: SmppConfig, ports: TransportPorts): Promise<Transport> {
  const { end, logger } = ports;
  const guard = new ReplayGuard(ports.ledger, end.name, ports.clock);
  const parts = new PartLedger(ports.ledger, end.name, ports.clock);
  const receiving = createReceiving(config, ports, () => guard.flush());
  const { inbound, receipts } = receiving;
  const health = new Health(ports);
  const binds = new BindHealth((report) => health.report(report));
  const lanes = createLanes(config, health, end.name);
  const consumer = new Consumer(logger);
  const sessions = new EsmeSessions({ ...ports, config, inbound, guard, onRoom: () => lanes.pump() });
  const closing = new AbortController();
  const counts = { throttled: 0, retried: 0, uncertain: 0 };
  const outbound = new Outbound({
    ...ports,
    transport: end.name,
    config,
    publishFailure: (failure) => ports.publishFailure(failure),
    receipts,
    lanes,
    parts,
    counts,
    closing: closing.signal,
    onLate: ({ messageId, part, total }, remoteId) => {
      receipts.remember(remoteId, { messageId, part, total }).catch(logFailure(ports));
    },
  });
  const pool = await BindPool.start({
    ...ports,
    config,
    health: binds,
    createSession: (socket, onOutbind) => sessions.create(socket, onOutbind),
    onTransmitter: followTransmitters({ lanes, consumer, health }),
  });
  const timer = setInterval(sweep, SWEEP_MS, [guard, parts, receiving, sessions, lanes]);
  const close = async (): Promise<void> => {
    consumer.run(false);
    closing.abort();
    lanes.close();
    health.report({ status: 'down', type: 'unbinding', message: 'closing' });
    await pool.close(DRAIN_MS);
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
  return {
    ...reportOf({ config, health, binds, lanes, counts, receipts }),
    cancel: (messageId) => outbound.cancel(messageId),
    [Symbol.asyncDispose]: close,
  };
}

/** Messages are taken from their queue while there is a bind to send them on. */
function followTransmitters(use: {
  lanes: Lanes<Session>;
  consumer: Consumer;
  health: Health;
}): (session: Session, bind: string) => void {
  const { lanes, consumer, health } = use;
  return (session, bind) => {
    lanes.join(bind, session);
    if (lanes.throttled) reportThrottled(health);
    consumer.run(true);
    void session.closed.then(() => {
      lanes.leave(bind, session);
      if (lanes.open === 0) consumer.run(false);
    });
  };
}

function createLanes(config: SmppConfig, health: Health, transport: string): Lanes<Session> {
  return new Lanes({
    window: config.window,
    maxRate: config.mt_tps === 0 ? Number.POSITIVE_INFINITY : config.mt_tps,
    delayMs: config.throttle_delay * 1000,
    clock: () => performance.now(),
    onAnswered: (ms) => transportMeasures.submitSeconds.observe(ms / 1000, transport),
    onThrottled: (throttled) => {
      if (throttled) return reportThrottled(health);
      health.report({ status: 'ok', type: 'throttled_end', message: 'the SMSC takes messages again' });
    },
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

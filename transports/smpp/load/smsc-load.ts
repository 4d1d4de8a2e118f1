import { VumiError, type Logger } from '@vumi/core';
import { startSmscSimulator } from '../simulator/simulator.ts';
import type { InjectedMessage, Simulator } from '../simulator/options.ts';
import { Latencies, Tally, type LoadReport } from './load-report.ts';
import { checkLoopback, checkPace, sendAtRate, settleWithin, type Pace } from './pace.ts';

export interface SmscLoad extends Pace {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The short code to write to. */
  readonly to: string;
  readonly text: string;
  /** The number of the first phone; each message has one of its own, counted up from it. */
  readonly from: string;
  readonly window: number;
  /** Wait for a reply to each message. */
  readonly replies: boolean;
  /** What a reply must hold. */
  readonly expect?: string | undefined;
  /** How long to wait for a platform to bind. */
  readonly bindMs: number;
  /** How long to wait for what is outstanding, once all is sent. */
  readonly settleMs: number;
  readonly anywhere: boolean;
  readonly logger: Logger;
  readonly onListening: (port: number) => void;
}

const MOST_WINDOWS = 4;

/**
 * Is an SMSC that sends messages of phones to the platform that binds to it, and waits for their replies. Rejects
 * with `transport.not_connected` when nobody binds in time.
 */
export async function loadEsme(load: SmscLoad): Promise<LoadReport> {
  checkPace(load);
  checkLoopback(load.host, load.anywhere);
  const { host, port, logger, window } = load;
  const script = { window, receipts: { after_ms: 0 } };
  await using smsc = await startSmscSimulator({ host, port, logger, script });
  load.onListening(smsc.port);
  await settleWithin(load.bindMs, load.signal, () => smsc.receivers > 0);
  if (smsc.receivers === 0) {
    const text = `nobody has bound to ${host}:${smsc.port}: point a transport there`;
    throw new VumiError('transport.not_connected', text);
  }
  // Awaited here: the simulator ends with this function.
  return await drive(smsc, load);
}

async function drive(smsc: Simulator, load: SmscLoad): Promise<LoadReport> {
  const { rate, count, signal, settleMs, replies, expect } = load;
  const latencies = new Latencies();
  const tally = new Tally();
  const due = new Map<string, number>();
  let outstanding = 0;
  let wrong = 0;
  const first = BigInt(load.from.replace(/^\+/, ''));
  const cameBack = (phone: string): void => {
    if (!tally.came(phone)) return;
    const at = due.get(phone);
    if (at !== undefined) latencies.add(performance.now() - at);
    due.delete(phone);
  };
  using _listener = smsc.onMessage(({ to_addr, content }) => {
    if (!replies) return;
    if (expect !== undefined && !content.includes(expect)) wrong += 1;
    cameBack(to_addr.replace(/^\+/, ''));
  });
  const deliver = (message: InjectedMessage): Promise<boolean> =>
    smsc.inject(message).then(
      () => true,
      () => false,
    );
  const send = (index: number, intendedAt: number): void => {
    const phone = String(first + BigInt(index));
    tally.expect(phone);
    due.set(phone, intendedAt);
    outstanding += 1;
    const message = { from_addr: phone, to_addr: load.to, content: load.text };
    void deliver(message).then((taken) => {
      outstanding -= 1;
      if (taken && !replies) cameBack(phone);
    });
  };
  const startedAt = performance.now();
  const most = load.window * MOST_WINDOWS;
  const sent = await sendAtRate(load, send, () => outstanding < most);
  await settleWithin(settleMs, signal, () => tally.complete && outstanding === 0);
  const seconds = (performance.now() - startedAt) / 1000;
  const { mismatched, ...sums } = tally.summary();
  return {
    asked: { rate, count },
    sent,
    answered: latencies.count,
    refused: {},
    ...sums,
    mismatched: mismatched + wrong,
    seconds,
    rate: latencies.count / seconds,
    latency_ms: latencies.summary(),
  };
}

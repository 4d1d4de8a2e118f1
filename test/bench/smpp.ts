import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@vumi/core';
import { BLANK_MESSAGE, Session, type MessageBody } from '@vumi/transports/smpp';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import smpp from 'smpp';

export interface SmppRate {
  /** Unanswered submit_sm at a time. */
  readonly window: number;
  /** submit_sm with their responses per second through our session. */
  readonly ours: number;
  /** The same through the client of the npm package `smpp`, against the same SMSC. */
  readonly bare: number;
}

const SMSC = '--smsc';
const HOST = '127.0.0.1';
const WINDOWS = [1, 10, 100, 1000];
const TEXT = 'x'.repeat(100);

/** Both clients in turn against our simulator in a process of its own, each window for about a second. */
export async function benchSmpp(): Promise<SmppRate[]> {
  const smsc = fork(fileURLToPath(import.meta.url), [SMSC]);
  try {
    const [port] = (await once(smsc, 'message')) as [number];
    const rates: SmppRate[] = [];
    await submitRate(port, 100, 5000);
    await benchBare(port, 100, 5000);
    for (const window of WINDOWS) {
      const count = window === 1 ? 5000 : 30_000;
      const bare = await benchBare(port, window, count);
      rates.push({ window, bare, ours: await submitRate(port, window, count) });
    }
    return rates;
  } finally {
    smsc.kill();
  }
}

const SUBMIT: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'submit_sm',
  sourceAddr: '12345',
  destAddrTon: 1,
  destAddrNpi: 1,
  destinationAddr: '27761234567',
  shortMessage: Buffer.from(TEXT),
};

/** submit_sm with their responses per second through our session, bound as `bench`. */
export async function submitRate(port: number, window: number, count: number): Promise<number> {
  const socket = createConnection({ host: HOST, port });
  await once(socket, 'connect');
  const session = new Session(socket, {
    role: 'esme',
    window,
    responseTimeoutMs: 30_000,
    enquireLinkMs: 30_000,
    bindTimeoutMs: 30_000,
    logger: silentLogger,
    clock: Date.now,
    onRequest: () => ({ status: 0 }),
  });
  await session.bind({
    command: 'bind_transceiver',
    systemId: 'bench',
    password: 'bench',
    systemType: '',
    interfaceVersion: 0x34,
    addrTon: 0,
    addrNpi: 0,
    addressRange: '',
  });
  let left = count;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const outcome = await session.request(SUBMIT);
      if (outcome.outcome !== 'answered') throw new Error(`a submit_sm was ${outcome.outcome}`);
      if (outcome.status !== 0) throw new Error(`a submit_sm was refused with ${outcome.status}`);
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
  const rate = perSecond(count, startedAt);
  await session.close();
  return rate;
}

async function benchBare(port: number, window: number, count: number): Promise<number> {
  const session = smpp.connect({ host: HOST, port });
  await once(session, 'connect');
  session.socket.setNoDelay(true);
  await new Promise<void>((resolve) => {
    session.bind_transceiver({ system_id: 'bench', password: 'bench' }, () => resolve());
  });
  const fields = {
    source_addr: '12345',
    destination_addr: '27761234567',
    short_message: TEXT,
    registered_delivery: 0,
  };
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    let sent = 0;
    let answered = 0;
    const next = (): void => {
      sent += 1;
      session.submit_sm(fields, () => {
        answered += 1;
        if (answered === count) resolve();
        else if (sent < count) next();
      });
    };
    for (let lane = 0; lane < window; lane += 1) next();
  });
  const rate = perSecond(count, startedAt);
  const closed = once(session, 'close');
  session.close();
  await closed;
  return rate;
}

function perSecond(count: number, startedAt: number): number {
  return count / ((performance.now() - startedAt) / 1000);
}

/** The process that `benchSmpp` forks. */
async function serve(): Promise<void> {
  const smsc = await startSmscSimulator({
    host: HOST,
    port: 0,
    logger: silentLogger,
    script: { receipts: { after_ms: 'never' } },
  });
  process.send?.(smsc.port);
}

if (process.argv[2] === SMSC) await serve();

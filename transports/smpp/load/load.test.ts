import { silentLogger } from '@vumi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { startScripted, stopAll } from '../../testing/simulator-fixture.ts';
import { outbound } from '../../testing/smpp-fixture.ts';
import type { ScriptInput } from '../simulator/script.ts';
import { smppTransport } from '../smpp-transport.ts';
import { loadSmsc } from './esme-load.ts';
import { loadEsme } from './smsc-load.ts';

afterEach(stopAll);

const PACE = { rate: 2000, count: 200, signal: new AbortController().signal, onProgress: () => {} };

async function submitTo(script: ScriptInput, fields: object = {}) {
  const { port, host } = await startScripted(script);
  const who = { host, port, systemId: 'load', password: 'x', from: '1', to: '2', text: 'load' };
  const manner = {
    binds: 2,
    window: 20,
    receipts: true,
    settleMs: 500,
    anywhere: false,
    logger: silentLogger,
  };
  return loadSmsc({ ...PACE, ...who, ...manner, ...fields });
}

/** A platform whose only app answers each message, some twice and some not at all. */
async function replyFrom(port: number, replies: (number: number) => number): Promise<AsyncDisposable> {
  const ports = new MemoryPorts();
  let number = 0;
  ports.onInbound = (message) => {
    number += 1;
    for (let copy = 0; copy < replies(number); copy += 1)
      void ports.send(outbound('pong', { to_addr: message.from_addr, from_addr: message.to_addr }));
    return Promise.resolve();
  };
  return smppTransport.start({ host: '127.0.0.1', port, system_id: 'a', password: 'b' }, ports);
}

async function writeTo(replies: (number: number) => number, fields: object = {}) {
  let transport: Promise<AsyncDisposable> | undefined;
  const phones = { from: '+27761000000', to: '12345', text: 'ping', replies: true, expect: 'pong' };
  const manner = { window: 50, bindMs: 5000, settleMs: 1000, anywhere: false, logger: silentLogger };
  try {
    return await loadEsme({
      ...PACE,
      ...phones,
      ...manner,
      host: '127.0.0.1',
      port: 0,
      onListening: (port) => {
        transport = replyFrom(port, replies);
      },
      ...fields,
    });
  } finally {
    await (await transport)?.[Symbol.asyncDispose]();
  }
}

describe('load on an SMSC', () => {
  it('is answered and receipted, each message once', async () => {
    const report = await submitTo({ receipts: { after_ms: 1 } });
    expect(report).toMatchObject({
      sent: 200,
      answered: 200,
      refused: {},
      lost: 0,
      doubled: 0,
      mismatched: 0,
    });
    expect(report.rate).toBeGreaterThan(100);
    expect(report.latency_ms.p50).toBeLessThanOrEqual(report.latency_ms.p99);
  });

  it('shows what is refused, lost, doubled and mismatched', async () => {
    expect((await submitTo({ rules: [{ every: 4, do: { status: 'RSYSERR' } }] })).refused).toEqual({
      ESME_RSYSERR: 50,
    });
    expect(await submitTo({ receipts: { after_ms: 1, copies: 2 } })).toMatchObject({ doubled: 200 });
    expect(await submitTo({ receipts: { after_ms: 'never' } })).toMatchObject({ lost: 200 });
    expect(await submitTo({ receipts: { after_ms: 1, id: 'unknown' } })).toMatchObject({ mismatched: 200 });
    expect(await submitTo({ rules: [{ nth: 3, do: { silent: true } }] })).toMatchObject({ lost: 1 });
  });

  it('counts the time that a slow SMSC makes later messages wait', async () => {
    const script: ScriptInput = { rules: [{ nth: [1, 2], do: { delay_ms: 300 } }] };
    const report = await submitTo(script, { binds: 1, window: 1, count: 50, receipts: false });
    // Only two responses were slow; all the others had to wait for them.
    expect(report.latency_ms.p50).toBeGreaterThan(300);
  });

  it('stays on this machine, and within bounds', async () => {
    await expect(submitTo({}, { host: '192.0.2.1' })).rejects.toThrow('not this machine');
    await expect(submitTo({}, { rate: 0 })).rejects.toThrow('the rate is');
    await expect(submitTo({}, { count: 1e9 })).rejects.toThrow('the count is');
    await expect(submitTo({ accounts: {} })).rejects.toThrow('ESME_RINVSYSID');
  });
});

describe('load on a platform', () => {
  it('is replied to, each message once', async () => {
    const report = await writeTo(() => 1);
    expect(report).toMatchObject({ sent: 200, answered: 200, lost: 0, doubled: 0, mismatched: 0 });
  });

  it('shows what is lost, doubled and mismatched', async () => {
    const report = await writeTo((number) => (number === 1 ? 0 : number === 2 ? 2 : 1));
    expect(report).toMatchObject({ sent: 200, lost: 1, doubled: 1 });
    expect(await writeTo(() => 1, { expect: 'other' })).toMatchObject({ mismatched: 200 });
  });

  it('says that nobody binds', async () => {
    const started = writeTo(() => 1, { bindMs: 50, onListening: () => {} });
    await expect(started).rejects.toThrow('point a transport there');
  });
});

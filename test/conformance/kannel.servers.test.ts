import { silentLogger } from '@vumi/core';
import { startSmscSimulator, type Simulator } from '@vumi/transports/smpp/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform } from '../platform.ts';
import { requireProgram } from './debian-program.ts';
import { Kannel, smppSmsc } from './kannel-boxes.ts';

describe('Kannel of Debian at our simulator', () => {
  let smsc: Simulator;
  let kannel: Kannel;

  beforeAll(async () => {
    requireProgram('bearerbox', ['--version'], 'kannel');
    const script = { accounts: { kannel: 'secret' }, receipts: { after_ms: 50 } };
    smsc = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    kannel = await Kannel.start({ smsc: smppSmsc(smsc.port) });
    await eventually(() => smsc.receivers, Boolean);
  });

  afterAll(async () => {
    await kannel[Symbol.asyncDispose]();
    await smsc[Symbol.asyncDispose]();
  });

  async function received(count: number) {
    await eventually(
      () => smsc.messages().length,
      (length) => length >= count,
    );
    return smsc.messages().at(-1);
  }

  it('answers what a phone writes', async () => {
    const before = smsc.messages().length;
    await smsc.inject({ from_addr: '27761234567', to_addr: '12345', content: 'hi' });
    expect(await received(before + 1)).toMatchObject({ to_addr: '+27761234567', content: 'kannel answers' });
  });

  it.each([
    ['a short text', { text: 'short' }, 'short', 1],
    ['a long text in parts', { text: 'long '.repeat(60) }, 'long '.repeat(60), 2],
    ['UCS-2 with surrogates', { text: 'жук 😀', coding: '2', charset: 'UTF-8' }, 'жук 😀', 1],
  ])('sends %s', async (_, query, content, parts) => {
    const before = smsc.messages().length;
    expect(await kannel.send(query)).toBe(202);
    expect(await received(before + 1)).toMatchObject({ content, parts });
  });

  it('counts the receipts that it asked for', async () => {
    const { receipts } = smsc.counts();
    const dlr = { 'dlr-mask': '3', 'dlr-url': 'http://127.0.0.1:9/%d' };
    expect(await kannel.send({ text: 'receipt', ...dlr })).toBe(202);
    await eventually(
      () => smsc.counts().receipts_answered,
      (count) => count > receipts,
    );
    expect(await kannel.status()).toMatch(/DLR: received [1-9]/);
  });

  it('comes back when it is cut, in the middle of a PDU too', async () => {
    for (const fault of ['disconnect', 'disconnect_mid_pdu', 'unbind'] as const) {
      const { binds } = smsc.counts();
      smsc.fail(fault);
      await eventually(
        () => smsc.counts().binds,
        (count) => count > binds,
      );
    }
    const before = smsc.messages().length;
    await smsc.inject({ from_addr: '27761234567', to_addr: '12345', content: 'again' });
    expect(await received(before + 1)).toMatchObject({ content: 'kannel answers' });
  });
});

describe('Kannel of Debian at our SMPP server', () => {
  it('sends, receives and gets its receipts through the platform', async () => {
    requireProgram('bearerbox', ['--version'], 'kannel');
    const script = { receipts: { after_ms: 50 } };
    await using network = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    await using world = await startTestPlatform({ smpp_server: { port: 0 } });
    const { client, platform } = world;
    await client.must('POST', '/accounts', { name: 'shop' });
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: network.port, system_id: 'vumi', password: 'secret' },
    });
    await client.must('PUT', '/accounts/shop/smpp-clients/kannel', { password: 'secret' });
    const route = { smpp_client: 'kannel', transport: 'peer', to_addr: '12345' };
    await client.must('PUT', '/accounts/shop/routes/kannel', route);
    await using kannel = await Kannel.start({ smsc: smppSmsc(platform.smpp?.port ?? 0) });
    await eventually(() => network.receivers, Boolean);
    const texts = () => network.messages().map(({ content }) => content);
    const dlr = { 'dlr-mask': '3', 'dlr-url': 'http://127.0.0.1:9/%d' };
    expect(await kannel.send({ text: 'through the platform', ...dlr })).toBe(202);
    expect(await kannel.send({ text: 'long '.repeat(60) })).toBe(202);
    await eventually(texts, (all) => all.length === 2);
    expect(new Set(texts())).toEqual(new Set(['through the platform', 'long '.repeat(60)]));
    await network.inject({ from_addr: '27761234567', to_addr: '12345', content: 'hi' });
    await eventually(texts, (all) => all.includes('kannel answers'));
    let status = '';
    await eventually(
      async () => {
        status = await kannel.status();
        return status;
      },
      (text) => /DLR: received [1-9]/.test(text),
    );
    expect(status).toMatch(/rcvd: sms 1 /);
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { startSmscSimulator, type Simulator } from '@vumi/transports/smpp/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@vumi/machine/testing';
import { eventually, startTestPlatform } from '../platform.ts';
import { requireProgram } from './debian-program.ts';

interface Ports {
  readonly smsc: number;
  readonly admin: number;
  readonly box: number;
  readonly send: number;
}

function configOf({ smsc, admin, box, send }: Ports, folder: string): string {
  return `
group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = ${box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-file = ${folder}/bearerbox.log
log-level = 1

group = smsc
smsc = smpp
smsc-id = simulator
host = 127.0.0.1
port = ${smsc}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${send}
sendsms-interface = 127.0.0.1
log-file = ${folder}/smsbox.log
log-level = 1

group = sendsms-user
username = user
password = secret
max-messages = 5
concatenation = true

group = sms-service
keyword = default
text = "kannel answers"
`;
}

/** Bearerbox and smsbox, which Kannel's users put between SMSCs and their applications. */
class Kannel implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #folder: string;
  readonly #boxes: ChildProcess[] = [];

  private constructor(ports: Ports, folder: string) {
    this.#ports = ports;
    this.#folder = folder;
  }

  static async start(smsc: number): Promise<Kannel> {
    const folder = await mkdtemp(join(tmpdir(), 'vumi-kannel-'));
    const ports = { smsc, admin: await freePort(), box: await freePort(), send: await freePort() };
    const kannel = new Kannel(ports, folder);
    await writeFile(join(folder, 'kannel.conf'), configOf(ports, folder));
    for (const [box, port] of [
      ['bearerbox', ports.admin],
      ['smsbox', ports.send],
    ] as const) {
      kannel.#boxes.push(spawn(box, [join(folder, 'kannel.conf')], { stdio: 'ignore' }));
      await waitForHttp(port);
    }
    return kannel;
  }

  async send(query: Record<string, string>): Promise<number> {
    const who = { username: 'user', password: 'secret', from: '12345', to: '27761234567' };
    const all = new URLSearchParams({ ...who, ...query });
    const response = await fetch(`http://127.0.0.1:${this.#ports.send}/cgi-bin/sendsms?${all.toString()}`);
    await response.text();
    return response.status;
  }

  async status(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.admin}/status.txt?password=secret`);
    return response.text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const box of this.#boxes) {
      const ended = once(box, 'exit');
      box.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function waitForHttp(port: number): Promise<void> {
  const answered = async (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      async (response) => (await response.text()) !== undefined,
      () => false,
    );
  for (let tries = 0; tries < 100 && !(await answered()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

describe('Kannel of Debian at our simulator', () => {
  let smsc: Simulator;
  let kannel: Kannel;

  beforeAll(async () => {
    requireProgram('bearerbox', ['--version'], 'kannel');
    const script = { accounts: { kannel: 'secret' }, receipts: { after_ms: 50 } };
    smsc = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    kannel = await Kannel.start(smsc.port);
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
    await using kannel = await Kannel.start(platform.smpp?.port ?? 0);
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

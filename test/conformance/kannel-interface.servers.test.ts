import { openReceiver, type ReceiverPlace } from '@vumi/applications/testing';
import { silentLogger } from '@vumi/core';
import { freePort } from '@vumi/machine/testing';
import { startSmscSimulator, type Simulator } from '@vumi/transports/smpp/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, type Client } from '../platform.ts';
import { requireProgram } from './debian-program.ts';
import { Kannel } from './kannel-boxes.ts';

const USER = '27761234567';

describe('Kannel of Debian that forwards through our interface', () => {
  const stack = new AsyncDisposableStack();
  let network: Simulator;
  /** What Kannel's own users have behind it. */
  let program: ReceiverPlace;
  let kannel: Kannel;

  /** What the program was asked under a path. */
  const told = (path: string): Record<string, string>[] =>
    program.received
      .map((request) => new URL(request.path, program.url))
      .filter(({ pathname }) => pathname === path)
      .map(({ searchParams }) => Object.fromEntries(searchParams));
  const urlOf = (path: string): string => new URL(path, program.url).href;
  const sent = (content: string) => network.messages().filter((message) => message.content === content);
  const reach = (content: string) => eventually(() => sent(content)[0], Boolean);

  beforeAll(async () => {
    requireProgram('bearerbox', ['--version'], 'kannel');
    const script = { receipts: { after_ms: 50 } };
    network = stack.use(await startSmscSimulator({ port: 0, logger: silentLogger, script }));
    program = stack.use(
      await openReceiver(({ path }) => ({
        status: 200,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: `re ${new URL(path, 'http://program/').searchParams.get('a') ?? ''}`,
      })),
    );
    const port = await freePort();
    const { client } = stack.use(await startTestPlatform({ interfaces: { kannel_port: port } }));
    kannel = stack.use(await forwardThrough(port, await openInterface(client, network.port)));
    await eventually(() => network.receivers, Boolean);
  });

  afterAll(() => stack.disposeAsync());

  async function forwardThrough(port: number, { moPort, password }: Opened): Promise<Kannel> {
    return Kannel.start({
      smsc: `smsc = http
smsc-id = vumi
system-type = kannel
smsc-username = kannel
smsc-password = ${password}
port = ${moPort}
connect-allow-ip = 127.0.0.1
send-url = "http://127.0.0.1:${port}/cgi-bin/sendsms"
dlr-url = "${moUrl(moPort, password)}"`,
      service: `get-url = "${urlOf('/get')}?p=%p&P=%P&a=%a"`,
    });
  }

  it('gets its programs told what became of what they sent', async () => {
    const dlr = { 'dlr-mask': '27', 'dlr-url': `${urlOf('/dlr')}?d=%d&A=%A` };
    expect(await kannel.send({ text: 'on its way', ...dlr })).toBe(202);
    const reports = await eventually(
      () => told('/dlr'),
      (all) => all.length === 3,
    );
    // That we have taken it, that the network has, that the user has.
    expect(reports.map(({ d }) => d)).toEqual(['8', '8', '1']);
    expect(reports[0]?.['A']).toBe('ACK/');
    expect(await reach('on its way')).toMatchObject({ from_addr: '12345', to_addr: USER });
    expect(await kannel.status()).toMatch(/vumi\[vumi\].*sent: sms 1 .*failed 0/);
  });

  it('hears of what is refused', async () => {
    const dlr = { 'dlr-mask': '16', 'dlr-url': `${urlOf('/refused')}?d=%d&A=%A` };
    expect(await kannel.send({ text: 'not mine', from: '9999', ...dlr })).toBe(202);
    const [report] = await eventually(
      () => told('/refused'),
      (all) => all.length === 1,
    );
    expect(report).toMatchObject({ d: '16', A: expect.stringContaining('Not routable. Do not try again.') });
    expect(sent('not mine')).toEqual([]);
  });

  it.each([
    ['letters beyond ASCII', { text: 'café €' }, 'café €'],
    ['UCS-2', { text: 'жук 😀', coding: '2', charset: 'UTF-8' }, 'жук 😀'],
    ['signs that a query has for itself', { text: 'a+b & 100% = c' }, 'a+b & 100% = c'],
  ])('sends %s', async (_what, query, content) => {
    expect(await kannel.send(query)).toBe(202);
    expect(await reach(content)).toMatchObject({ content, parts: 1 });
  });

  it('sends a long text, of which it makes parts itself', async () => {
    const content = 'long '.repeat(60);
    expect(await kannel.send({ text: content })).toBe(202);
    expect(await reach(content)).toMatchObject({ content, parts: 2 });
  });

  it('gets what users write, once, and sends what its program answers', async () => {
    await network.inject({ from_addr: USER, to_addr: '12345', content: 'où & 50%' });
    expect(await reach('re où & 50%')).toMatchObject({ from_addr: '12345', to_addr: USER });
    expect(told('/get')).toEqual([{ p: USER, P: '12345', a: 'où & 50%' }]);
    // What is written next comes after whatever would have been sent for its own answer to the first.
    await network.inject({ from_addr: USER, to_addr: '12345', content: 'next' });
    await reach('re next');
    expect(network.messages().map(({ content }) => content)).not.toContain('Sent.');
  });
});

interface Opened {
  readonly moPort: number;
  readonly password: string;
}

/** Where Kannel takes what users write, and receipts. */
function moUrl(port: number, password: string): string {
  return `http://127.0.0.1:${port}/?username=kannel&password=${password}`;
}

/** An account with a number at the network, and an interface for the Kannel. */
async function openInterface(client: Client, smsc: number): Promise<Opened> {
  const moPort = await freePort();
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PATCH', '/accounts/shop', { private_services: ['127.0.0.0/8:1024-65535'] });
  const config = { host: '127.0.0.1', port: smsc, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  const made = await client.must('POST', '/accounts/shop/tokens', {
    label: 'kannel',
    scopes: ['messages:send'],
  });
  const password: string = made.token;
  const message_url = `${moUrl(moPort, password)}&from=%p&to=%P&text=%a`;
  await client.must('PUT', '/accounts/shop/interfaces/kannel', {
    dialect: 'kannel',
    forwarder: true,
    message_url,
  });
  const route = { connector: 'interface:kannel', transport: 'peer', to_addr: '12345' };
  await client.must('PUT', '/accounts/shop/routes/kannel', route);
  return { moPort, password };
}

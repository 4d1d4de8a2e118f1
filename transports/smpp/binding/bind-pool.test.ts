import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@vumi/core';
import { eventually } from '../../testing/eventually.ts';
import { DELIVER, Peer } from '../../testing/session-place.ts';
import { outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import {
  AUTHORITY,
  ESME_CERTIFICATE,
  ESME_KEY,
  SMSC_CERTIFICATE,
  SMSC_KEY,
  TlsFront,
} from '../../testing/tls-front.ts';
import { NO_TLVS } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { smppConfigSchema } from '../config.ts';
import { loadTlsClient } from './tls.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

const bindsOf = (): string[] => fixture.smsc.binds.map(({ command }) => command).sort();

describe('a transmitter and a receiver', () => {
  it('are two sessions of one transport: one sends, the other takes what comes, receipts too', async () => {
    await fixture.start({ bind_type: 'transmitter_receiver' });
    await fixture.smsc.session('bound_rx');
    expect(bindsOf()).toEqual(['bind_receiver', 'bind_transmitter']);
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.smsc.deliver({ shortMessage: Buffer.from('hi') }, 'bound_rx');
    const receipt = { esmClass: 0x04, shortMessage: Buffer.from('id:id-1 stat:DELIVRD') };
    await fixture.smsc.deliver(receipt, 'bound_rx');
    expect(fixture.ports.inbound).toMatchObject([{ content: 'hi' }]);
    expect(fixture.eventsOf(message)).toMatchObject([
      { event_type: 'ack' },
      { delivery_status: 'delivered' },
    ]);
  });

  it('are each bound again alone, and say so meanwhile', async () => {
    const transport = await fixture.start({ bind_type: 'transmitter_receiver' });
    await fixture.smsc.session('bound_tx');
    await fixture.smsc.session('bound_rx');
    fixture.smsc.onBind = ({ command }) => (command === 'bind_receiver' ? STATUS.RBINDFAIL : STATUS.ROK);
    (await fixture.smsc.session('bound_rx')).destroy({ kind: 'closed_here', message: 'cut' });
    await eventually(
      () => transport.status().message,
      (message) => message.includes('receiver 1: the SMSC refuses'),
    );
    expect(transport.status()).toMatchObject({ status: 'degraded', type: 'partly_bound' });
    expect(transport.gauges()).toMatchObject({ binds_bound: 1, binds_wanted: 2 });
    await fixture.ports.send(outbound('x'));
    fixture.smsc.onBind = () => STATUS.ROK;
    await eventually(
      () => transport.status(),
      ({ type, message }) => type === 'bound' && message === 'all 2 binds are up',
    );
  });
});

describe('several binds', () => {
  it('share the messages by what each has unanswered, and each has its own window', async () => {
    const release: (() => void)[] = [];
    fixture.smsc.onSubmit = (_, number) =>
      new Promise((resolve) => {
        release.push(() => resolve({ status: STATUS.ROK, id: `id-${number}` }));
      });
    const transport = await fixture.start({ bind_count: 3, window: 4 });
    await eventually(
      () => transport.gauges()['binds_bound'],
      (bound) => bound === 3,
    );
    const sent = Array.from({ length: 20 }, () => fixture.ports.send(outbound('x')));
    await eventually(
      () => release.length,
      (length) => length === 12,
    );
    expect(transport.gauges()).toMatchObject({ in_flight: 12, window: 12, waiting: 8 });
    const perConnection = [0, 1, 2].map((n) => fixture.smsc.submittedOn.filter((on) => on === n).length);
    expect(perConnection).toEqual([4, 4, 4]);
    const answering = setInterval(() => {
      for (const answer of release.splice(0)) answer();
    }, 1);
    await Promise.all(sent);
    clearInterval(answering);
    expect(fixture.ports.events).toHaveLength(20);
  });

  it('go on while one of them is gone; what it had is uncertain, what waited goes on the others', async () => {
    fixture.smsc.onSubmit = (_, number) =>
      number === 1 ? new Promise(() => {}) : { status: STATUS.ROK, id: `id-${number}` };
    const transport = await fixture.start({ bind_count: 2 });
    await eventually(
      () => transport.gauges()['binds_bound'],
      (bound) => bound === 2,
    );
    const first = fixture.ports.send(outbound('a'));
    await eventually(
      () => fixture.smsc.submits.length,
      (length) => length === 1,
    );
    const cut = fixture.smsc.bound('bound_trx')[fixture.smsc.submittedOn[0] ?? 0];
    cut?.destroy({ kind: 'closed_here', message: 'cut' });
    await first;
    await fixture.ports.send(outbound('b'));
    expect(fixture.ports.events).toMatchObject([
      { transport_metadata: { outcome: 'uncertain' } },
      { event_type: 'ack' },
    ]);
  });

  it('take a PDU that one session got and the next gets again as one message', async () => {
    fixture.ports.onInbound = () => Promise.reject(new Error('the broker is away'));
    await fixture.start({ bind_count: 2 });
    await eventually(
      () => fixture.smsc.bound('bound_trx').length,
      (length) => length === 2,
    );
    const [one, two] = fixture.smsc.bound('bound_trx');
    const body = { shortMessage: Buffer.from('once') };
    expect(await fixture.smsc.deliver(body)).toMatchObject({ status: STATUS.RX_T_APPN });
    const ids = new Set<string>();
    fixture.ports.onInbound = ({ message_id }) => {
      ids.add(message_id);
      return Promise.resolve();
    };
    one?.destroy({ kind: 'closed_here', message: 'cut' });
    await one?.closed;
    expect(two?.ready).toBe(true);
    await fixture.smsc.deliver(body);
    expect(ids.size).toBe(1);
  });
});

describe('outbind (point 15)', () => {
  const OUTBIND = { host: '127.0.0.1', port: 0, system_id: 'smsc', password: 'knock' };

  async function start(): Promise<number> {
    const transport = await fixture.start({ bind_type: 'outbind', outbind: OUTBIND, smpp_bind_timeout: 0.3 });
    const port = Number(/port (\d+)/.exec(transport.status().message)?.[1]);
    expect(transport.status()).toMatchObject({ status: 'down', type: 'binding' });
    return port;
  }

  async function call(port: number): Promise<Peer> {
    const socket = createConnection({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Peer(socket);
  }

  it('point 15: is answered with bind_receiver, and what the SMSC then delivers is taken', async () => {
    const peer = await call(await start());
    peer.say({ command: 'outbind', systemId: 'smsc', password: 'knock' }, 1);
    const bind = await peer.hearLast(1);
    expect(bind.body).toMatchObject({ command: 'bind_receiver', systemId: 'vumi', password: 'secret' });
    peer.say({ command: 'bind_receiver_resp', systemId: 'smsc', tlvs: NO_TLVS }, bind.sequence);
    await eventually(
      () => fixture.statusTypes,
      (types) => types.at(-1) === 'bound',
    );
    peer.say(DELIVER, 2);
    await eventually(
      () => fixture.ports.inbound.length,
      (length) => length === 1,
    );
    peer.socket.destroy();
    await eventually(
      () => fixture.statusTypes,
      (types) => types.at(-1) === 'binding',
    );
  });

  it.each([
    ['another password', { systemId: 'smsc', password: 'wrong' }],
    ['another name', { systemId: 'mallory', password: 'knock' }],
  ])('point 15: with %s is refused by hanging up', async (_, credentials) => {
    const peer = await call(await start());
    peer.say({ command: 'outbind', ...credentials }, 1);
    await once(peer.socket, 'close');
    expect(peer.received).toEqual([]);
  });

  it('point 15: who calls and says nothing, or delivers without being asked, gets nowhere', async () => {
    const port = await start();
    const peer = await call(port);
    peer.say(DELIVER, 1);
    expect(await peer.hearLast(1)).toMatchObject({ status: STATUS.RINVBNDSTS });
    await once(peer.socket, 'close');
    expect(fixture.ports.inbound).toEqual([]);
  });

  it('speaks TLS with a certificate of ours', async () => {
    const outbind = { ...OUTBIND, tls_cert: ESME_CERTIFICATE, tls_key: ESME_KEY, tls_ca: AUTHORITY };
    const transport = await fixture.start({ bind_type: 'outbind', outbind });
    const port = Number(/port (\d+)/.exec(transport.status().message)?.[1]);
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: 'esme.test',
      ca: AUTHORITY,
      cert: SMSC_CERTIFICATE,
      key: SMSC_KEY,
    });
    await once(socket, 'secureConnect');
    const peer = new Peer(socket);
    peer.say({ command: 'outbind', systemId: 'smsc', password: 'knock' }, 1);
    expect((await peer.hearLast(1)).body.command).toBe('bind_receiver');
    socket.destroy();
  });
});

describe('TLS', () => {
  const fronts: TlsFront[] = [];
  afterEach(async () => {
    for (const front of fronts.splice(0)) await front[Symbol.asyncDispose]();
  });

  async function startBehind(
    config: Record<string, unknown>,
    options: Parameters<typeof TlsFront.start>[1] = {},
  ): Promise<{ status: () => { type: string; message: string } }> {
    const front = await TlsFront.start(fixture.smsc.port, options);
    fronts.push(front);
    return fixture.start({ port: front.port, tls: true, ...config });
  }

  it('is verified against the authority and the name that were given', async () => {
    await startBehind({ tls_ca: AUTHORITY, tls_servername: 'smsc.test' });
    await fixture.smsc.session();
  });

  it.each([
    ['an authority that is not known', { tls_servername: 'smsc.test' }, /certificate/],
    ['another name', { tls_ca: AUTHORITY, tls_servername: 'other.test' }, /altnames/],
    ['an address instead of a name', { tls_ca: AUTHORITY }, /127\.0\.0\.1/],
  ])('refuses an SMSC with %s and sends it no password', async (_, config, text) => {
    const transport = await startBehind(config);
    await eventually(
      () => transport.status(),
      ({ type }) => type === 'connection_lost',
    );
    expect(transport.status().message).toMatch(text);
    expect(fixture.smsc.binds).toEqual([]);
  });

  it('may go without verification', async () => {
    await startBehind({ tls_verify: false });
    await fixture.smsc.session();
  });

  it('shows our certificate to an SMSC that asks for it', async () => {
    const asking = { ca: AUTHORITY, requestCert: true, rejectUnauthorized: true };
    const config = { tls_ca: AUTHORITY, tls_servername: 'smsc.test' };
    await startBehind({ ...config, tls_cert: ESME_CERTIFICATE, tls_key: ESME_KEY }, asking);
    await fixture.smsc.session();
  });

  it.each([
    ['a file that is not there', { tls_ca: '/nowhere/ca.pem' }, /"tls_ca".*ENOENT/],
    [
      'a key of another certificate',
      { tls_cert: ESME_CERTIFICATE, tls_key: SMSC_KEY },
      /"tls_cert", "tls_key"/,
    ],
    ['what is no certificate', { tls_ca: '-----BEGIN CERTIFICATE-----\nx' }, /"tls_ca"/],
  ])('is refused with %s', async (_, config, text) => {
    const full = smppConfigSchema.parse({
      host: 'a',
      port: 1,
      system_id: 'b',
      password: 'c',
      tls: true,
      ...config,
    });
    await expect(loadTlsClient(full, silentLogger)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(text),
    });
  });
});

describe('a bind that is refused', () => {
  it('point 12: is tried again after growing times, not at once', async () => {
    const at: number[] = [];
    fixture.smsc.onBind = () => {
      at.push(performance.now());
      return STATUS.RINVPASWD;
    };
    await fixture.start({ initial_reconnect_delay: 0.02, max_reconnect_delay: 10 });
    await eventually(
      () => at.length,
      (length) => length === 3,
    );
    const [first = 0, second = 0, third = 0] = at;
    expect(second - first).toBeGreaterThanOrEqual(115);
    // Timers may be late, and are not early.
    expect(third - second).toBeGreaterThanOrEqual(115);
  });
});

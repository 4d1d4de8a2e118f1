import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import { silentLogger } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  ESME_CERTIFICATE,
  ESME_KEY,
  SMSC_CERTIFICATE,
  SMSC_KEY,
} from '../../testing/tls-front.ts';
import { smppServerConfigSchema } from './config.ts';
import { listenPlain, listenTls, type Listener } from './listeners.ts';

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-tls-'));
  await writeFile(file('cert.pem'), SMSC_CERTIFICATE);
  await writeFile(file('key.pem'), SMSC_KEY);
  await writeFile(file('ca.pem'), AUTHORITY);
});

afterAll(() => rm(folder, { recursive: true }));

function listen(tls: object = {}): Promise<Listener> {
  const files = { cert: file('cert.pem'), key: file('key.pem') };
  const config = smppServerConfigSchema.parse({ port: 0, tls: { port: 0, ...files, ...tls } });
  if (config.tls === undefined) throw new Error('there is a section tls');
  return listenTls(config, config.tls, {
    accept: (socket) => socket.end('hello'),
    logger: silentLogger,
    lookMs: 20,
  });
}

/** The certificate of the server, when it takes us; else the error. */
async function greet(port: number, options: ConnectionOptions = {}): Promise<PeerCertificate> {
  const socket = connect({ host: '127.0.0.1', port, ca: AUTHORITY, servername: 'smsc.test', ...options });
  try {
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerCertificate();
    // In TLS 1.3 the server refuses a client after its own part of the handshake.
    await once(socket, 'data');
    return certificate;
  } finally {
    socket.destroy();
  }
}

describe('the port with TLS', () => {
  it('shows its certificate', async () => {
    await using listener = await listen();
    expect((await greet(listener.port)).subject.CN).toBe('smsc.test');
  });

  it('takes only clients that show a certificate of the CA, when one is set', async () => {
    await using listener = await listen({ client_ca: file('ca.pem') });
    await expect(greet(listener.port)).rejects.toThrow(/alert|certificate/i);
    const shown = { cert: ESME_CERTIFICATE, key: ESME_KEY };
    expect((await greet(listener.port, shown)).subject.CN).toBe('smsc.test');
  });

  it('uses a renewed certificate without a restart', async () => {
    await using listener = await listen();
    await writeFile(file('cert.pem'), ESME_CERTIFICATE);
    await writeFile(file('key.pem'), ESME_KEY);
    await Promise.all(['cert.pem', 'key.pem'].map((name) => utimes(file(name), 1, 1)));
    const unnamed = { checkServerIdentity: () => undefined };
    await eventually(
      async () => (await greet(listener.port, unnamed)).subject.CN,
      (name) => name === 'esme.test',
    );
  });

  it('says which file cannot be read', async () => {
    await expect(listen({ key: file('none.pem') })).rejects.toMatchObject({
      code: 'config.invalid',
      field: 'smpp_server.tls.key',
    });
  });
});

describe('the port without TLS', () => {
  it('that is taken is an error that names the setting', async () => {
    const accept = (): void => {};
    const ports = { accept, logger: silentLogger };
    await using listener = await listenPlain(smppServerConfigSchema.parse({ port: 0 }), ports);
    const again = smppServerConfigSchema.parse({ port: listener.port });
    await expect(listenPlain(again, ports)).rejects.toMatchObject({
      code: 'config.invalid',
      field: 'smpp_server.port',
    });
  });
});

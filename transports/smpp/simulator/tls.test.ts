import { silentLogger } from '@vumi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import {
  AUTHORITY,
  ESME_CERTIFICATE,
  ESME_KEY,
  SMSC_CERTIFICATE,
  SMSC_KEY,
} from '../../testing/tls-front.ts';
import { smppTransport } from '../smpp-transport.ts';
import type { SimulatorTls } from './options.ts';
import { startSmscSimulator } from './simulator.ts';

const stack: AsyncDisposable[] = [];

afterEach(async () => {
  for (const running of stack.splice(0).toReversed()) await running[Symbol.asyncDispose]();
});

async function start(tls: Partial<SimulatorTls>, config: object) {
  const own = { key: SMSC_KEY, cert: SMSC_CERTIFICATE };
  const smsc = await startSmscSimulator({ port: 0, logger: silentLogger, tls: { ...own, ...tls } });
  stack.push(smsc);
  const ports = new MemoryPorts();
  const who = { host: '127.0.0.1', port: smsc.port, system_id: 'a', password: 'b' };
  const trust = { tls: true, tls_ca: AUTHORITY, tls_servername: 'smsc.test' };
  stack.push(await smppTransport.start({ ...who, ...trust, ...config }, ports));
  return { smsc, ports };
}

describe('the simulator over TLS', () => {
  it('takes binds and delivers', async () => {
    const { smsc, ports } = await start({}, {});
    await smsc.inject({ from_addr: '1', to_addr: '2', content: 'sealed' });
    expect(ports.inbound).toMatchObject([{ content: 'sealed' }]);
  });

  it('lets in only those with a certificate, where it asks for one', async () => {
    const asks = { ca: AUTHORITY, requestCert: true };
    const known = await start(asks, { tls_cert: ESME_CERTIFICATE, tls_key: ESME_KEY });
    await known.smsc.inject({ from_addr: '1', to_addr: '2', content: 'x' });
    const stranger = await start(asks, {});
    await eventually(
      () => stranger.ports.statuses.map(({ type }) => type),
      (types) => types.includes('connection_lost'),
    );
    expect(stranger.smsc.receivers).toBe(0);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createUserMessage, silentLogger } from '@vumi/core';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { requireProgram } from './debian-program.ts';
import { openTransportPlace } from './transport-place.ts';

const PERL = 'perl';

type Said = Readonly<Record<string, unknown>> & { readonly what: string };

interface PerlPeer extends AsyncDisposable {
  /** What it has said so far. */
  readonly said: Said[];
  /** Resolves to its exit code. */
  readonly ended: Promise<number | null>;
}

function startPerl(script: string, ...args: string[]): PerlPeer {
  const child = spawn(PERL, [new URL(script, import.meta.url).pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    said,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('Net::SMPP of Debian', () => {
  beforeAll(() => requireProgram(PERL, ['-MNet::SMPP', '-e', '1'], 'libnet-smpp-perl'));

  it('binds to our simulator, submits, asks, receives and unbinds', async () => {
    const script = { accounts: { perl: 'secret' }, receipts: { after_ms: 50 } };
    await using smsc = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    await using peer = startPerl('net-smpp-esme.pl', String(smsc.port), '27761234567');
    await eventually(
      () => peer.said,
      (said) => said.some(({ what }) => what === 'deliver'),
    );
    await smsc.inject({ from_addr: '27761234567', to_addr: '12345', content: 'MO' });
    expect(await peer.ended).toBe(0);
    const id = expect.stringMatching(/^[0-9a-f]+$/);
    expect(peer.said).toMatchObject([
      { what: 'bind', status: 0, system_id: 'vumi-smsc' },
      { what: 'submit', status: 0, id },
      { what: 'payload', status: 0 },
      { what: 'refused', status: 0x0b },
      { what: 'query', status: 0, state: 2 },
      { what: 'cancel', status: 0x11 },
      { what: 'enquire_link', status: 0 },
      { what: 'submit', status: 0, id },
      { what: 'deliver', esm_class: 4, text: expect.stringContaining('stat:DELIVRD') },
      { what: 'deliver', esm_class: 0, text: 'MO', from: '27761234567' },
      { what: 'unbind', status: 0 },
    ]);
    expect(smsc.messages().map(({ content }) => content)).toEqual([
      'Hello from perl',
      'long text',
      'x'.repeat(300),
      'with receipt',
    ]);
  });

  it('is an SMSC to our transport: MO, parts, receipts, unbind', async () => {
    await using peer = startPerl('net-smpp-smsc.pl');
    const [listening] = await eventually(
      () => peer.said,
      (said) => said.length > 0,
    );
    await using place = await openTransportPlace();
    const transport = await place.start({ port: Number(listening?.['port']) });
    await Promise.all(
      ['Grüße €', 'long '.repeat(50)].map((content) =>
        place.send(createUserMessage({ to_addr: '27761234567', from_addr: '12345', content })),
      ),
    );
    await eventually(
      () => place.events.map(({ event_type: type }) => type),
      (types) => types.filter((type) => type === 'delivery_report').length === 2,
    );
    expect(place.inbound).toMatchObject([{ content: 'MO from perl', from_addr: '27761234567' }]);
    expect(place.events.filter(({ event_type: type }) => type === 'ack')).toHaveLength(2);
    await transport[Symbol.asyncDispose]();
    expect(await peer.ended).toBe(0);
    const submits = peer.said.filter(({ what }) => what === 'submit');
    expect(submits.map(({ esm_class }) => esm_class)).toEqual([0, 0x40, 0x40]);
    const others = peer.said.filter(({ what }) => what === 'other');
    expect(others.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(peer.said.at(-1)).toEqual({ what: 'unbind' });
  });
});

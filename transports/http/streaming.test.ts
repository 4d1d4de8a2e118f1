import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mastodonTransport } from '../mastodon/mastodon.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { mastodonDialect } from '../testing/mastodon-double.ts';
import { StreamDouble } from '../testing/stream-double.ts';
import type { Transport } from '../transport-type.ts';

/** By the dialect of Mastodon, which has all that a stream can have. */
let network: StreamDouble;
let ports: MemoryPorts;
let transport: Transport | null;

beforeEach(async () => {
  network = await StreamDouble.open(mastodonDialect);
  ports = new MemoryPorts('net');
  transport = null;
});

afterEach(async () => {
  await transport?.[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

async function start(config: object = {}): Promise<void> {
  transport = await mastodonTransport.start({ ...network.config, ...config }, ports);
}

/** The next life, with the state of this one. */
async function startAgain(): Promise<void> {
  await transport?.[Symbol.asyncDispose]();
  await start();
}

const bring = (id: string, content = `text ${id}`) => network.bring({ from: 'al', to: '8000', content, id });
const contents = () => ports.inbound.map(({ content }) => content);
const types = () => ports.statuses.map(({ type }) => type);

describe('what a stream brings', () => {
  it('is published once, also when it comes again over another connection and in another life', async () => {
    await start();
    await bring('1');
    await expect.poll(contents).toEqual(['text 1']);
    network.cut();
    await bring('1');
    await bring('2');
    await expect.poll(contents).toEqual(['text 1', 'text 2']);
    await startAgain();
    await bring('1');
    await bring('3');
    await expect.poll(contents).toEqual(['text 1', 'text 2', 'text 3']);
  });

  it('and cannot be published is published when it comes again, in the order in which it came', async () => {
    let failures = 0;
    ports.onInbound = async () => {
      if (failures++ === 0) throw new Error('the broker is away');
    };
    await start();
    await bring('1');
    await expect.poll(types).toContain('not_streaming');
    await bring('1');
    await bring('2');
    await expect.poll(contents).toEqual(['text 1', 'text 2']);
    expect(new Set(ports.inbound.map(({ message_id: id }) => id)).size).toBe(2);
    expect(transport?.status().status).toBe('ok');
  });

  it('is known before it goes on: who is killed in between says it again under the same id', async () => {
    await start();
    ports.onInbound = async () => {
      ports.state.broken = true;
    };
    await bring('1');
    await expect.poll(types).toContain('not_streaming');
    ports.state.broken = false;
    ports.onInbound = () => Promise.resolve();
    await bring('1');
    await expect.poll(contents).toEqual(['text 1', 'text 1']);
    expect(ports.inbound[0]?.message_id).toBe(ports.inbound[1]?.message_id);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['nothing of interest', '{"event":"filters_changed"}'],
    ['a payload that is none', '{"event":"update","payload":"{"}'],
    ['a payload of another kind', '{"event":"notification","payload":"[{}]"}'],
  ])('is passed over when it is %s', async (_label, text) => {
    await start();
    await network.say(text);
    await bring('1');
    await expect.poll(contents).toEqual(['text 1']);
    expect(types()).not.toContain('not_streaming');
  });
});

describe('what was said while nobody listened', () => {
  const note = (from: number, to: number): void => {
    for (let id = from; id <= to; id += 1)
      network.note({ from: 'al', to: '8000', content: `text ${id}`, id: String(id) });
  };
  const texts = (to: number) => Array.from({ length: to }, (_, index) => `text ${index + 1}`);

  it('is fetched, page by page, before what is said now', async () => {
    await start();
    await bring('1');
    await expect.poll(contents).toEqual(texts(1));
    await transport?.[Symbol.asyncDispose]();
    note(2, 90);
    await start();
    await bring('91');
    await expect.poll(contents).toEqual(texts(91));
  });

  it('before there was anybody is not', async () => {
    note(1, 3);
    await start();
    await bring('4');
    await expect.poll(contents).toEqual(['text 4']);
  });
});

describe('a network', () => {
  it('that does not know us is told of, and asked again when it does', async () => {
    await start({ access_token: 'another' });
    await expect.poll(types).toContain('unauthorized');
    expect(transport?.status()).toMatchObject({ component: 'auth', status: 'down' });
    expect(JSON.stringify(ports.statuses)).not.toContain('another');
  });

  it('that is away is called until it is back', async () => {
    await network.away();
    await start();
    await expect.poll(types).toContain('not_streaming');
    await network.back();
    await bring('1');
    await expect.poll(contents).toEqual(['text 1']);
    expect(transport?.status().status).toBe('ok');
  });

  it('is hung up on when the transport closes', async () => {
    await start();
    await expect.poll(() => network.listeners).toBe(1);
    await transport?.[Symbol.asyncDispose]();
    await expect.poll(() => network.listeners).toBe(0);
  });

  it('at a private address is not called without leave', async () => {
    await start({ allow_private: false });
    await expect.poll(types).toContain('address_refused');
    expect(network.listeners).toBe(0);
  });
});

import { silentLogger } from '@vumi/core';
import { MemoryState } from '@vumi/state/memory';
import type { OutboundRequest, RequestOutcome } from '@vumi/http';
import { expect, it } from 'vitest';
import { ComponentHealth } from '../sending/component-health.ts';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { subscribe, type ChannelSubscription } from './subscription.ts';

const CONFIG = { web_path: '/', web_host: '0.0.0.0', secret_path: '', health_path: 'health' } as const;
type Config = Parameters<typeof subscribe>[1];

const subscription: ChannelSubscription<Config> = {
  isOpen: () => true,
  begin: (_config, { name, url }) =>
    url === null ? null : { method: 'POST', url: `http://n/begin/${name}`, body: url },
  end: (_config, { name }) => ({ method: 'POST', url: `http://n/end/${name}` }),
  faultOf: ({ status }) => (status === 200 ? null : `it answered ${status}`),
};

class Network {
  readonly heard: string[] = [];
  readonly answers: RequestOutcome[] = [];
  readonly state = new MemoryState();
  readonly ports = new MemoryPorts('net');
  url: string | null = 'https://vumi.example/hooks/net';

  /** One life of a transport: how it is ended, and when it has. */
  live(): { end: () => Promise<void> } {
    const closing = new AbortController();
    const done = subscribe(subscription, CONFIG as unknown as Config, {
      http: {
        publicUrl: () => this.url,
        send: (request: OutboundRequest) => Promise.resolve(this.#answer(request)),
      } as unknown as MemoryPorts['http'],
      health: new ComponentHealth(this.ports),
      state: this.state,
      logger: silentLogger,
      transport: 'net',
      clock: () => 0,
      random: () => 0,
      allowPrivate: false,
      signal: closing.signal,
    });
    return {
      end: async () => {
        closing.abort();
        await done;
      },
    };
  }

  get statuses(): (string | null)[] {
    return this.ports.statuses.map(({ type }) => type);
  }

  heardAtLeast(count: number): Promise<unknown> {
    return eventually(
      () => this.heard.length,
      (length) => length >= count,
    );
  }

  #answer({ url }: OutboundRequest): RequestOutcome {
    this.heard.push(url.replace('http://n/', ''));
    return this.answers.shift() ?? { kind: 'answered', status: 200, headers: {}, body: Buffer.from('') };
  }
}

it('a life begins one of its own and ends it', async () => {
  const network = new Network();
  const life = network.live();
  await network.heardAtLeast(1);
  await life.end();
  const [begun = '', ended = ''] = network.heard;
  expect(begun).toMatch(/^begin\/\w{32}$/);
  expect(ended).toBe(begun.replace('begin', 'end'));
  expect([network.heard.length, network.statuses]).toEqual([2, ['announced']]);
});

it('it is begun again until the network does so, and ended even if nobody knows', async () => {
  const network = new Network();
  network.answers.push(
    { kind: 'uncertain', reason: 'no answer' },
    { kind: 'answered', status: 500, headers: {}, body: Buffer.from('') },
  );
  const life = network.live();
  await network.heardAtLeast(3);
  await life.end();
  expect(network.heard.map((path) => path.slice(0, 3))).toEqual(['beg', 'beg', 'beg', 'end']);
  expect(new Set(network.heard.slice(0, 3)).size).toBe(1);
  expect(network.statuses).toEqual(['not_announced', 'announced']);
});

it('a life that came after ends what the one before has left, and is not ended by it', async () => {
  const network = new Network();
  const first = network.live();
  await network.heardAtLeast(1);
  const second = network.live();
  await network.heardAtLeast(3);
  await first.end();
  const [begun = '', left, again = '', late] = network.heard;
  expect([left, late]).toEqual([begun.replace('begin', 'end'), begun.replace('begin', 'end')]);
  expect(again).toMatch(/^begin/);
  expect(again).not.toBe(begun);
  await second.end();
});

it('nothing is begun where nobody could find us', async () => {
  const network = new Network();
  network.url = null;
  await network.live().end();
  expect([network.heard, network.statuses]).toEqual([[], ['no_public_url']]);
});

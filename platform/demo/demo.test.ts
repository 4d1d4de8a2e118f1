import { BILLING_DEFAULTS, readRouteTarget, silentLogger, VumiError, type AppRef } from '@vumi/core';
import { RouteTable } from '@vumi/dispatch';
import { sampleApps } from '@vumi/sample-apps';
import type { Route } from '@vumi/store';
import { afterEach, describe, expect, test } from 'vitest';
import { startDemo, type Demo, type DemoPorts } from './demo.ts';

const SMSC = { host: '127.0.0.1', port: 2775 };

/** What of the database and the network a demo needs; `kill` ends the process at one of its steps. */
class World {
  readonly accounts = new Set<string>();
  readonly transports = new Map<string, { type: string; config: Record<string, unknown> }>();
  readonly routes = new Map<string, Route>();
  readonly apps = new Map<string, number>();
  readonly done = new Set<string>();
  /** Every write in its order: a half counts before the write, the other after it. */
  halfSteps = 0;
  killAt = Infinity;
  refuses = new Map<string, string>();
  bound = true;

  ports(): DemoPorts {
    let killed = false;
    const step = <T>(work: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const half = (): void => {
          this.halfSteps += 1;
          if (this.halfSteps === this.killAt) killed = true;
          // Nothing comes back from what a killed process has asked.
          if (killed) throw new Error('killed');
        };
        try {
          half();
          const result = work();
          half();
          resolve(result);
        } catch (error) {
          reject(error);
        }
      });
    return {
      store: {
        accounts: {
          list: async () => ({ items: [...this.accounts].map(account), next_cursor: null }),
          create: (name) =>
            step(() => {
              if (this.accounts.has(name)) throw new VumiError('request.conflict', 'it exists');
              this.accounts.add(name);
              return account(name);
            }),
        },
        transports: {
          list: async () => [...this.transports].map(([name, { type, config }]) => ({ name, type, config })),
          put: (name, { type, config }) =>
            step(() => {
              this.transports.set(name, { type, config: { ...config } });
              return { name, type, config };
            }),
        },
        routes: {
          put: (input) =>
            step(() => {
              const { app = null, to_addr = null, keyword = null, prefix = null } = input;
              const sending = { endpoint: 'default', default: false, assigned: true };
              const shares = { weight: null, failover: null };
              const target = readRouteTarget({ account: input.account, app });
              const route = { ...input, ...target, to_addr, keyword, prefix, ...sending, ...shares };
              this.routes.set(input.name, route);
              return route;
            }),
        },
        completedSteps: {
          has: async (name) => this.done.has(name),
          add: (name) => step(() => void this.done.add(name)),
        },
      },
      logger: silentLogger,
      deploy: ({ app }: AppRef) =>
        step(() => {
          const reason = this.refuses.get(app);
          if (reason !== undefined) throw new VumiError('app.load_failed', reason);
          this.apps.set(app, 1);
        }),
      table: () => this.table(),
      transports: async () => [
        { name: 'smsc', type: 'smpp', status: this.bound ? 'ok' : 'down', message: 'binding', gauges: {} },
      ],
    };
  }

  table(): RouteTable {
    return new RouteTable({
      accounts: [...this.accounts].map((name) => ({ name, active: true })),
      apps: [...this.apps].map(([app, version]) => ({
        account: 'demo',
        app,
        version,
        handlers: ['onMessage'],
      })),
      routes: [...this.routes.values()],
      numbers: [{ account: 'demo', transport: 'smsc', number: '12345', range: false, keyword: null }],
      transports: [...this.transports.keys()].map((name) => ({ name })),
    });
  }
}

function account(name: string) {
  const created_at = '2026-11-29T00:00:00.000Z';
  return {
    name,
    active: true,
    limits: {},
    can_manage_optouts: true,
    respect_optouts: false,
    private_services: [],
    retention_days: null,
    billing: BILLING_DEFAULTS,
    created_at,
  };
}

const running: Demo[] = [];
const start = async (world: World): Promise<Demo> => {
  const demo = await startDemo(world.ports(), SMSC);
  running.push(demo);
  return demo;
};
const stop = async (): Promise<void> => {
  for (const demo of running.splice(0)) await demo[Symbol.asyncDispose]();
};
const namesOf = (apps: readonly { name: string }[]): string[] => apps.map(({ name }) => name);

afterEach(stop);

describe('a first start', () => {
  test('that is killed at any step is finished by the next one', async () => {
    const whole = new World();
    await start(whole);
    expect(whole.halfSteps).toBeGreaterThan(20);
    for (let killAt = 1; killAt <= whole.halfSteps; killAt += 1) {
      const world = new World();
      world.killAt = killAt;
      await start(world);
      await stop();
      const again = await start(world);
      const { answering, missing } = await again.look();
      expect({ killAt, answering: namesOf(answering), missing }).toEqual({
        killAt,
        answering: namesOf(sampleApps),
        missing: [],
      });
      expect([world.accounts, world.apps.size, world.routes.size]).toEqual([new Set(['demo']), 2, 2]);
    }
  });

  test('that was killed again and again is finished at last', async () => {
    const world = new World();
    for (let kills = 0; kills < 10; kills += 1) {
      world.killAt = world.halfSteps + 5;
      await start(world);
      await stop();
    }
    world.killAt = Infinity;
    expect((await (await start(world)).look()).missing).toEqual([]);
    expect(world.apps.size).toBe(2);
  });

  test('is none where somebody has made accounts', async () => {
    const world = new World();
    world.accounts.add('clinic');
    const demo = await start(world);
    expect(await demo.settled()).toEqual({ answering: [], missing: [] });
    expect([...world.accounts]).toEqual(['clinic']);
  });
});

describe('what people change of the demo', () => {
  test('stays as they left it at every later start', async () => {
    const world = new World();
    await start(world);
    await stop();
    world.apps.delete('quiz');
    world.routes.delete('quiz');
    world.routes.delete('hello');
    expect((await (await start(world)).look()).answering).toEqual([]);
    expect([...world.apps.keys(), ...world.routes.keys()]).toEqual(['hello']);
    await stop();
    world.accounts.clear();
    world.apps.clear();
    world.transports.clear();
    expect(await (await start(world)).look()).toEqual({ answering: [], missing: [] });
    expect(world.accounts.size + world.apps.size + world.transports.size).toBe(0);
  });

  test('stays, and what was not finished is finished', async () => {
    const world = new World();
    world.refuses.set('quiz', 'no');
    await start(world);
    await stop();
    world.routes.delete('hello');
    world.refuses.clear();
    expect(namesOf((await (await start(world)).look()).answering)).toEqual(['quiz']);
    expect([...world.routes.keys()]).toEqual(['quiz']);
  });

  test('keeps its transport, which follows the simulator only as long as it is the demo’s', async () => {
    const world = new World();
    world.transports.set('smsc', { type: 'smpp', config: { host: 'mno.example', system_id: 'me' } });
    await start(world);
    expect(world.transports.get('smsc')?.config['host']).toBe('mno.example');
    await stop();
    world.transports.set('smsc', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: 9, system_id: 'demo' },
    });
    await start(world);
    expect(world.transports.get('smsc')?.config['port']).toBe(SMSC.port);
  });
});

describe('a sample that does not load', () => {
  test('does not end the start: it is named and tried again until it loads', async () => {
    const world = new World();
    world.refuses.set('hello', 'the app does not load: it takes too long');
    const demo = await start(world);
    const { answering, missing } = await demo.look();
    expect(namesOf(answering)).toEqual(['quiz']);
    expect(missing).toEqual(['hello: the app does not load: it takes too long']);
    world.refuses.clear();
    expect(namesOf((await demo.settled()).answering)).toEqual(['hello', 'quiz']);
  });

  test('is tried again until the platform stops', async () => {
    const world = new World();
    world.refuses.set('hello', 'broken');
    const demo = await start(world);
    const waiting = expect(demo.settled()).rejects.toThrow('the platform stops');
    await stop();
    await waiting;
  });
});

test('what does not answer, and why, is told as it is now', async () => {
  const world = new World();
  const demo = await start(world);
  world.routes.delete('hello');
  expect(namesOf((await demo.look()).answering)).toEqual(['quiz']);
  world.routes.clear();
  expect(await demo.look()).toEqual({ answering: [], missing: [] });
  const unbound = new World();
  unbound.bound = false;
  expect((await (await start(unbound)).look()).missing).toEqual(['transport smsc: binding']);
});

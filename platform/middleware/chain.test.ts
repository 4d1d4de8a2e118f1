import {
  createAck,
  createStatus,
  createUserMessage,
  VumiError,
  type ApplicationEnd,
  type Handler,
  type Middleware,
  type TransportEnd,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startMiddleware, type MiddlewareChain } from './chain.ts';
import type { MiddlewareEntry } from './configuration.ts';
import { DROP, type MiddlewareHandlers } from './handlers.ts';
import { openMiddlewarePlace, type MiddlewarePlace } from './middleware-place.fixture.ts';
import { defineMiddleware, type MiddlewareParts } from './middleware-type.ts';

/** The ends of a connector in memory: what was published, and whoever consumes. */
class MemoryEnds {
  readonly published: [flow: string, message: UserMessage | TransportEvent][] = [];
  readonly #handlers = new Map<string, Handler<never>>();
  /** What becomes of what is published. */
  outcome: () => Promise<void> = () => Promise.resolve();

  readonly transport: TransportEnd = {
    name: 'smsc',
    publishInbound: (message) => this.#publish('inbound', message),
    publishEvent: (event) => this.#publish('event', event),
    onOutbound: (handler) => this.#consume('outbound', handler),
  };
  readonly application: ApplicationEnd = {
    name: 'app',
    publishOutbound: (message) => this.#publish('outbound', message),
    onInbound: (handler) => this.#consume('inbound', handler),
    onEvent: (handler) => this.#consume('event', handler),
  };

  deliver(flow: string, message: UserMessage | TransportEvent): Promise<void> {
    const handler = this.#handlers.get(flow) as Handler<UserMessage | TransportEvent> | undefined;
    if (handler === undefined) throw new Error(`nobody consumes ${flow}`);
    return handler(message, { redelivered: false, attempt: 1 });
  }

  async #publish(flow: string, message: UserMessage | TransportEvent): Promise<void> {
    await this.outcome();
    this.published.push([flow, message]);
  }

  async #consume<M>(flow: string, handler: Handler<M>) {
    this.#handlers.set(flow, handler);
    return { pause: async () => {}, resume: async () => {}, async [Symbol.asyncDispose]() {} };
  }
}

const message = (): UserMessage =>
  createUserMessage({ to_addr: '8000', from_addr: '+27761', transport_name: 'smsc' });
const ack = createAck({ user_message_id: 'm1', transport_name: 'smsc' }, 's1');
const refuse = (): never => {
  throw new VumiError('message.refused', 'not to this number');
};

describe('the middleware of a worker', () => {
  let place: MiddlewarePlace;
  let steps: string[];
  beforeAll(async () => {
    place = await openMiddlewarePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());
  beforeEach(() => {
    steps = [];
  });

  const entry = (
    name: string,
    parts: () => MiddlewareParts,
    priorities: Partial<Pick<MiddlewareEntry, 'consumePriority' | 'publishPriority'>> = {},
  ): MiddlewareEntry => ({
    name,
    options: {},
    file: null,
    consumePriority: 0,
    publishPriority: 0,
    ...priorities,
    load: async () =>
      defineMiddleware({
        type: name,
        aliases: [],
        summary: '',
        configSchema: z.strictObject({}),
        start: parts,
      }),
  });
  /** Notes when it is passed, started and ended. */
  const noting = (name: string, priorities = {}): MiddlewareEntry => {
    const handle: Middleware = async (transit, next) => {
      steps.push(`${name} ${transit.stage} ${transit.connector} ${transit.flow}`);
      await next(transit);
      steps.push(`${name} done`);
    };
    const close = async (): Promise<void> => void steps.push(`${name} ended`);
    return entry(
      name,
      () => {
        steps.push(`${name} started`);
        return { handle, close };
      },
      priorities,
    );
  };
  const start = (...entries: MiddlewareEntry[]): Promise<MiddlewareChain> =>
    startMiddleware(entries, place.ports);
  const endsWith = async (...handlers: MiddlewareHandlers[]) => {
    const chain = await start(...handlers.map((each, place) => entry(`mw${place}`, () => each)));
    const ends = new MemoryEnds();
    const around = chain.around({
      transport: () => ends.transport,
      receiveOutbound: () => ends.transport,
      application: () => ends.application,
      receiveInbound: () => ends.application,
    });
    return { ends, transport: around.transport('smsc'), application: around.application('app') };
  };

  test('starts in the listed order and ends in reverse, once', async () => {
    const chain = await start(noting('a'), noting('b'));
    await Promise.all([chain[Symbol.asyncDispose](), chain[Symbol.asyncDispose]()]);
    await chain[Symbol.asyncDispose]();
    expect(steps).toEqual(['a started', 'b started', 'b ended', 'a ended']);
  });

  test('is ended as far as it has started when one cannot start, and the error names that one', async () => {
    const broken = entry('c', () => {
      throw new VumiError('config.invalid', 'no such thing', { field: 'thing' });
    });
    const started = start(noting('a'), noting('b'), broken, noting('d'));
    await expect(started).rejects.toMatchObject({
      code: 'config.invalid',
      field: 'c.thing',
      message: 'middleware "c": no such thing',
    });
    expect(steps).toEqual(['a started', 'b started', 'b ended', 'a ended']);
  });

  test('is ended to the last, also when one does not end well', async () => {
    const failing = entry('b', () => ({ close: () => Promise.reject(new Error('stuck')) }));
    const chain = await start(noting('a'), failing, noting('c'));
    await chain[Symbol.asyncDispose]();
    expect(steps.slice(2)).toEqual(['c ended', 'a ended']);
  });

  const order = async (...entries: MiddlewareEntry[]): Promise<{ consumed: string; published: string }> => {
    const chain = await start(...entries);
    const ends = new MemoryEnds();
    const end = chain.around({
      transport: () => ends.transport,
      receiveOutbound: () => ends.transport,
      application: () => ends.application,
      receiveInbound: () => ends.application,
    });
    const names = async (work: () => Promise<void>): Promise<string> => {
      steps = [];
      await work();
      return steps
        .filter((step) => !step.endsWith('done'))
        .map((step) => step.split(' ')[0])
        .join('');
    };
    await end.application('app').onInbound(async () => {}, { prefetch: 1 });
    return {
      consumed: await names(() => ends.deliver('inbound', message())),
      published: await names(() => end.application('app').publishOutbound(message())),
    };
  };

  test.each<[string, [string, object?][], { consumed: string; published: string }]>([
    ['as listed, and in reverse', [['a'], ['b'], ['c']], { consumed: 'abc', published: 'cba' }],
    [
      'lower consume priorities first, equal ones as listed',
      [['a', { consumePriority: 1 }], ['b'], ['c', { consumePriority: -1 }], ['d']],
      { consumed: 'cbda', published: 'dcba' },
    ],
    [
      'lower publish priorities first, equal ones in reverse',
      [['a', { publishPriority: -1 }], ['b'], ['c', { publishPriority: 1 }], ['d']],
      { consumed: 'abcd', published: 'adbc' },
    ],
  ])('is passed %s', async (_, given, expected) => {
    expect(await order(...given.map(([name, priorities]) => noting(name, priorities)))).toEqual(expected);
  });

  test('through a dispatcher a message is consumed in order from one connector and published in reverse to another', async () => {
    const chain = await start(noting('a'), noting('b'));
    const ends = new MemoryEnds();
    const around = chain.around({
      transport: () => ends.transport,
      receiveOutbound: () => ({ ...ends.transport, name: 'app' }),
      application: () => ends.application,
      receiveInbound: () => ({ ...ends.application, name: 'smsc' }),
    });
    const towardsApp = around.receiveOutbound('app');
    await around.receiveInbound('smsc').onInbound((each) => towardsApp.publishInbound(each), { prefetch: 1 });
    steps = [];
    const sent = message();
    await ends.deliver('inbound', sent);
    expect(steps).toEqual([
      'a consume smsc inbound',
      'b consume smsc inbound',
      'b publish app inbound',
      'a publish app inbound',
      'a done',
      'b done',
      'b done',
      'a done',
    ]);
    expect(ends.published).toEqual([['inbound', sent]]);
    expect(ends.published[0]?.[1]).toBe(sent);
  });

  test('sees failures and statuses on their way out', async () => {
    const chain = await start(noting('a'));
    const told: unknown[] = [];
    const status = createStatus({ component: 'bind', status: 'ok', type: 'bound', message: 'Bound' });
    steps = [];
    await chain.aroundStatuses('smsc', async (each) => void told.push(each))(status);
    await chain.aroundFailures('smsc', async () => {})({
      ...status,
      message: {},
      failure_code: null,
      reason: '',
    });
    expect(steps.filter((step) => !step.endsWith('done'))).toEqual([
      'a publish smsc status',
      'a publish smsc failure',
    ]);
    expect(told).toEqual([status]);
  });

  test('that is not there costs nothing: the ends stay what they are', async () => {
    const chain = await start();
    const { transport, application } = new MemoryEnds();
    const given = {
      transport: () => transport,
      receiveOutbound: () => transport,
      application: () => application,
      receiveInbound: () => application,
    };
    expect(chain.around(given)).toBe(given);
    const publish = async (): Promise<void> => {};
    expect(chain.aroundFailures('smsc', publish)).toBe(publish);
  });

  test('handlers of a stage come before the one for both, and each takes its own flow', async () => {
    const mark =
      (by: string) =>
      (each: UserMessage): UserMessage => ({ ...each, content: by });
    const { ends, transport, application } = await endsWith({
      inbound: mark('inbound'),
      consumeInbound: mark('consumeInbound'),
      outbound: mark('outbound'),
      publishOutbound: mark('publishOutbound'),
      publishEvent: (event) => ({ ...event, transport_metadata: { seen: true } }),
    });
    const handled: unknown[] = [];
    await application.onInbound(async ({ content }) => void handled.push(content), { prefetch: 1 });
    await application.onEvent(async ({ transport_metadata }) => void handled.push(transport_metadata), {
      prefetch: 1,
    });
    await transport.onOutbound(async ({ content }) => void handled.push(content), { prefetch: 1 });
    await transport.publishInbound(message());
    await application.publishOutbound(message());
    await transport.publishEvent(ack);
    for (const flow of ['inbound', 'outbound']) await ends.deliver(flow, message());
    await ends.deliver('event', ack);
    expect(handled).toEqual(['consumeInbound', 'outbound', {}]);
    expect(ends.published).toMatchObject([
      ['inbound', { content: 'inbound' }],
      ['outbound', { content: 'publishOutbound' }],
      ['event', { transport_metadata: { seen: true } }],
    ]);
  });

  test('DROP ends a message, which counts as handled', async () => {
    const { ends, transport } = await endsWith({ inbound: () => DROP, outbound: async () => DROP });
    let handled = 0;
    await transport.onOutbound(async () => void handled++, { prefetch: 1 });
    await transport.publishInbound(message());
    await ends.deliver('outbound', message());
    expect({ handled, published: ends.published }).toEqual({ handled: 0, published: [] });
  });

  test.each([null, undefined, false])(
    'a handler that returns %s is an error, and the message stays',
    async (nothing) => {
      const { ends, transport } = await endsWith({ inbound: () => nothing as unknown as UserMessage });
      await expect(transport.publishInbound(message())).rejects.toMatchObject({
        code: 'middleware.no_message',
      });
      expect(ends.published).toEqual([]);
    },
  );

  test('an outbound message that is refused when it is consumed becomes one nack with the text', async () => {
    const { ends, transport } = await endsWith(
      { event: (event) => ({ ...event, seen: 1 }) },
      { outbound: refuse },
    );
    await transport.onOutbound(() => Promise.reject(new Error('never here')), { prefetch: 1 });
    const refused = message();
    await ends.deliver('outbound', refused);
    await ends.deliver('outbound', refused);
    const nack = {
      event_type: 'nack',
      user_message_id: refused.message_id,
      nack_reason: 'not to this number',
      transport_name: 'smsc',
      seen: 1,
    };
    expect(ends.published).toMatchObject([
      ['event', nack],
      ['event', nack],
    ]);
    const ids = ends.published.map(([, event]) => event['event_id']);
    expect(new Set(ids).size).toBe(1);
  });

  test('a nack that cannot be published leaves the message where it was', async () => {
    const { ends, transport } = await endsWith({ outbound: refuse });
    await transport.onOutbound(async () => {}, { prefetch: 1 });
    ends.outcome = () => Promise.reject(new VumiError('broker.unavailable', 'away'));
    await expect(ends.deliver('outbound', message())).rejects.toMatchObject({ code: 'broker.unavailable' });
  });

  test('an inbound message that is refused ends with a line in the log, whichever way it goes', async () => {
    const { ends, transport, application } = await endsWith({ inbound: refuse });
    await application.onInbound(() => Promise.reject(new Error('never here')), { prefetch: 1 });
    const lines = place.log.length;
    await ends.deliver('inbound', message());
    await transport.publishInbound(message());
    expect(ends.published).toEqual([]);
    expect(place.log.slice(lines).map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  test('who publishes an outbound message hears that it was refused', async () => {
    const { application } = await endsWith({ outbound: refuse });
    await expect(application.publishOutbound(message())).rejects.toMatchObject({ code: 'message.refused' });
  });

  test('what a worker refuses itself is its own affair', async () => {
    const { ends, transport } = await endsWith({ outbound: (each) => each });
    await transport.onOutbound(async () => refuse(), { prefetch: 1 });
    await expect(ends.deliver('outbound', message())).rejects.toMatchObject({ code: 'message.refused' });
    ends.outcome = async () => refuse();
    await expect(transport.publishInbound(message())).rejects.toMatchObject({ code: 'message.refused' });
    expect(ends.published).toEqual([]);
  });

  test('cannot turn one flow into another', async () => {
    const turning = entry('turn', () => ({
      handle: (transit, next) => next({ ...transit, flow: 'event', message: ack }),
    }));
    const chain = await start(turning);
    const { application } = new MemoryEnds();
    const ends = {
      transport: () => new MemoryEnds().transport,
      receiveOutbound: () => new MemoryEnds().transport,
      application: () => application,
      receiveInbound: () => application,
    };
    const publish = chain.around(ends).application('app').publishOutbound(message());
    await expect(publish).rejects.toThrow(/passed event on where outbound came/);
  });
});

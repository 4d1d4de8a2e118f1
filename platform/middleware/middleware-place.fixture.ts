import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAck,
  createFailure,
  createStatus,
  createUserMessage,
  silentLogger,
  VumiError,
  type KeyedState,
  type Logger,
  type Transit,
  type UserMessage,
} from '@vumi/core';
import { openEmbeddedState } from '@vumi/state';
import type { Store } from '@vumi/store';
import type { MiddlewarePorts, MiddlewareType } from './middleware-type.ts';

interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What a middleware works with, over a state of its own, and what it did with it. */
export interface MiddlewarePlace extends AsyncDisposable {
  readonly ports: MiddlewarePorts;
  readonly log: LogLine[];
  readonly recorded: [kind: string, body: unknown, ...rest: unknown[]][];
  readonly metrics: unknown[];
  /** Milliseconds since the epoch: the clock stands until somebody moves it. */
  now: number;
}

export async function openMiddlewarePlace(): Promise<MiddlewarePlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-middleware-'));
  const log: LogLine[] = [];
  const recorded: MiddlewarePlace['recorded'] = [];
  const metrics: unknown[] = [];
  const clock = (): number => place.now;
  const state = await openEmbeddedState({ dataDir, logger: silentLogger, clock });
  const record =
    (kind: string) =>
    async (body: unknown, ...rest: unknown[]): Promise<void> => {
      recorded.push([kind, body, ...rest]);
    };
  const recorder = { inbound: record('inbound'), outbound: record('outbound'), event: record('event') };
  const place: MiddlewarePlace = {
    ports: {
      worker: 'worker_a',
      name: 'mw1',
      state,
      store: { recorder } as unknown as Store,
      publishMetrics: async (body) => {
        metrics.push(JSON.parse(body));
      },
      clock,
      logger: listLogger(log),
    },
    log,
    recorded,
    metrics,
    now: 1_700_000_000_000,
    async [Symbol.asyncDispose]() {
      await state[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return place;
}

/** A state whose server is away. */
export function awayState(): KeyedState {
  return new Proxy({} as KeyedState, {
    get: () => () => Promise.reject(new VumiError('state.unavailable', 'the state is away')),
  });
}

function listLogger(lines: LogLine[]): Logger {
  const write =
    (level: string) =>
    (fields: object, text: string): void => {
      lines.push({ level, fields: { ...fields }, text });
    };
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => logger,
  };
  return logger;
}

/** Sends messages through one middleware, each frozen to its depth: who changes one fails. */
export async function through(
  type: MiddlewareType,
  config: unknown,
  ports: MiddlewarePorts,
): Promise<{ send<T extends Transit>(transit: T): Promise<T['message']> } & AsyncDisposable> {
  const running = await type.start(config, ports);
  return {
    async send(transit) {
      let arrived: Transit | null = null;
      await running.handle(frozen(transit), async (passed) => {
        arrived = passed;
      });
      if (arrived === null) throw new Error('the message ended here');
      return (arrived as Transit).message;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

export function inbound(
  fields: Partial<UserMessage> = {},
  stage: Transit['stage'] = 'publish',
): Transit & { message: UserMessage } {
  const message = createUserMessage({
    to_addr: '8000',
    from_addr: '+27761',
    transport_name: 'smsc',
    ...fields,
  });
  return { stage, connector: 'smsc', flow: 'inbound', message };
}

export function outbound(
  fields: Partial<UserMessage> = {},
  stage: Transit['stage'] = 'consume',
): Transit & { message: UserMessage } {
  return { ...inbound({ to_addr: '+27761', from_addr: '8000', ...fields }, stage), flow: 'outbound' };
}

/** One of each flow and stage, all of them without addresses, tags, or anything else to go by. */
export function plainTransits(): Transit[] {
  const connector = 'smsc';
  const bare = { to_addr: null, from_addr: null, transport_name: null } as const;
  const event = createAck({ user_message_id: 'm1', transport_name: connector }, 's1');
  return [
    inbound(bare, 'consume'),
    inbound(bare, 'publish'),
    outbound(bare, 'consume'),
    outbound(bare, 'publish'),
    { stage: 'consume', connector, flow: 'event', message: event },
    { stage: 'publish', connector, flow: 'event', message: event },
    { stage: 'publish', connector, flow: 'failure', message: createFailure({}, 'broken') },
    {
      stage: 'publish',
      connector,
      flow: 'status',
      message: createStatus({ component: 'bind', status: 'ok', type: 'bound', message: 'Bound' }),
    },
  ];
}

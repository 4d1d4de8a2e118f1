import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createUserMessage, secretSchema, silentLogger, VumiError } from '@vumi/core';
import type { Store } from '@vumi/store';
import { z } from 'zod';
import { processPage } from '@vumi/measures';
import { createApi } from './api.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.fixture.ts';
import { memoryComponents } from './memory-components.fixture.ts';
import { memoryAppState } from './memory-app-state.fixture.ts';
import { createMemorySimulator } from './memory-simulator.fixture.ts';
import type { ApiPorts, Figures, PlatformVitals } from './ports.ts';
import { problemSchema } from './problem.ts';
import { API_PREFIX, type Route } from './route.ts';
import { apiRoutes } from './routes/index.ts';

export const ADMIN = 'the-token-of-the-administrator';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, {} when it is no JSON. */
  readonly json: Record<string, unknown>;
}

interface CallOptions {
  /** Null: none. Default: the administrator's. */
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** The API over a real server, on a store in memory. */
export interface TestPlatform extends AsyncDisposable {
  readonly url: string;
  readonly store: MemoryStore;
  readonly sent: { account: string; id: string | null }[];
  ready: boolean;
  /** Calls the API and holds what it answers against the schema that documents it. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

const transportTypes = {
  smpp: {
    aliases: { SmppReceiverTransport: { port: 2776 } },
    summary: 'binds to an SMSC',
    configSchema: z.strictObject({
      host: z.string(),
      port: z.int().default(2775),
      system_id: z.string(),
      password: z.string(),
      data_coding_overrides: z.record(z.string(), z.string()).optional(),
    }),
    textOptions: () => ({ alphabet: 'latin1' as const }),
  },
  web: {
    aliases: {},
    summary: 'takes requests',
    configSchema: z.strictObject({ place: z.string(), users: z.record(z.string(), secretSchema).optional() }),
    fillIn: (options: object, before: object | null) => ({ place: 'made-up', ...before, ...options }),
    places: (config: unknown) => [{ purpose: 'ask', path: `/${(config as { place: string }).place}` }],
  },
};

const WORKERS: ApiPorts['workers'] = {
  list: async () => [{ name: 'echo', kind: 'echo', status: 'ok', message: 'running', supervisor: 'host' }],
  find: async (name) => {
    if (name !== 'echo') throw new VumiError('not_found', `there is no worker "${name}": list the workers`);
    return { name: 'echo', type: 'echo', status: 'ok', message: 'running' };
  },
  control: async () => ({ supervisor: 'host', outcome: 'done', workers: [] }),
};
const CALM = { overloaded: false, lost_share: 0.01, pressure: 0.1 };
const VITALS: PlatformVitals = {
  roles: ['api', 'sandbox', 'transports'],
  queues: [{ queue: 'sandbox_0.inbound', messages: 7 }],
  processes: [
    {
      worker_id: 'host:1',
      probe: null,
      roles: ['api', 'sandbox'],
      started_at: '2026-11-22T08:00:00.000Z',
      overload: CALM,
      transports: [{ name: 'mno', type: 'smpp', status: 'down', message: 'waits', gauges: {} }],
      sandbox: {
        runners: [
          { kind: 'sdk', rss_mb: 100, apps: 3 },
          { kind: 'sdk', rss_mb: 50, apps: 1 },
        ],
        standby: true,
        quarantine: [{ waiting: 2 }],
        apps: 4,
        turns: 5,
      },
    },
    {
      worker_id: 'host:2',
      probe: null,
      roles: ['transports'],
      started_at: '2026-11-22T08:00:00.000Z',
      overload: { overloaded: true, lost_share: 0.45, pressure: null },
      transports: [
        {
          name: 'mno',
          type: 'smpp',
          status: 'degraded',
          message: '1 of 2 binds',
          gauges: { in_flight: 9, sent_total: 12, 'no name': 1 },
        },
      ],
      sandbox: null,
    },
  ],
};

const FIGURES: Figures = {
  at: '2026-11-22T08:00:00.000Z',
  processes: [],
  transports: [],
  owners: [],
  queues: VITALS.queues,
  backlog: {
    failures_dead: 0,
    alerts_open: 0,
    webhook_deliveries_pending: 0,
    webhook_deliveries_dead: 0,
    schedules_due: 0,
    oldest_schedule_seconds: null,
  },
};

export async function startTestPlatform(overrides: Partial<ApiPorts> = {}): Promise<TestPlatform> {
  const store = createMemoryStore();
  await store.tokens.configure(ADMIN);
  const state = { ready: true };
  const sent: TestPlatform['sent'] = [];
  const components = memoryComponents();
  const ports: ApiPorts = {
    ...fakePorts(store, sent),
    readiness: async () => ({ ready: state.ready, phase: 'running', parts: {}, ...CALM }),
    status: async () => ({
      ready: state.ready,
      problems: [],
      overload: CALM,
      components: await components.summary(),
      issues: await components.issues(),
      workers: [{ name: 'one', kind: 'process', status: 'ok' }],
    }),
    ...overrides,
  };
  const server = createServer(createApi(ports)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const routes = apiRoutes(ports);
  return {
    url,
    store,
    sent,
    get ready() {
      return state.ready;
    },
    set ready(value) {
      state.ready = value;
    },
    call: async (method, path, options = {}) => {
      const answer = await send(`${url}${path.startsWith('/') ? API_PREFIX : '/'}${path}`, method, options);
      holdAgainstDocument(routes, method, path, answer);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** All routes, for who looks at them without calling one. */
export function testRoutes(): Route[] {
  const components = memoryComponents();
  const status = async () => ({
    ready: true,
    problems: [],
    overload: CALM,
    components: await components.summary(),
    issues: [],
    workers: [],
  });
  const readiness = async () => ({ ready: true, phase: 'running' as const, parts: {}, ...CALM });
  return apiRoutes({ ...fakePorts(createMemoryStore(), []), status, readiness });
}

/** By the first letters of ids. */
const CANCELLED: Readonly<Record<string, 'asked' | 'cancelled'>> = { asked: 'asked', waits: 'cancelled' };
/** A service that asks for a name. */
const dial: ApiPorts['dial'] = async (_transport, { event, input }) => ({
  text: event === 'new' ? 'Name?' : `Hello ${input}`,
  ends: event !== 'new',
});

const routeProver: ApiPorts['routeProver'] = () => async () => ({ warnings: [], history: null });
const FILES = {
  worker: { code: '', map: null },
  files: [],
  manifest: { name: 'x' },
  handlers: ['onMessage'],
};

function fakePorts(store: MemoryStore, sent: TestPlatform['sent']): Omit<ApiPorts, 'status' | 'readiness'> {
  return {
    // The API asks for nothing that the memory lacks; its type-checked parts say so.
    store: store as unknown as Store,
    logger: silentLogger,
    clock: Date.now,
    payments: null,
    addressOf: (request) => request.socket.remoteAddress ?? '',
    publicUrl: 'http://127.0.0.1:8000',
    appsDomain: 'apps.localhost',
    appUrl: ({ account, app }) => `http://${account}--${app}.apps.localhost:8000/`,
    limits: z.strictObject({ sends: z.int() }).partial() as ApiPorts['limits'],
    transportTypes,
    checkMiddleware: async (config) => config,
    deploy: async (ref, zip, { activate }) => {
      if (zip.length === 0) throw new VumiError('bundle.refused', 'the zip is empty');
      const sha256 = zip.toString('hex').slice(0, 64);
      return {
        ...(await store.versions.add({ ref, bundle: zip, sha256, activate, ...FILES })),
        warnings: [],
        talks: null,
      };
    },
    vitals: async () => VITALS,
    figures: async () => FIGURES,
    processMetrics: (audience) => processPage(audience, []),
    workers: WORKERS,
    components: memoryComponents(),
    appState: memoryAppState(store),
    openTalks: memoryTalks(),
    replay: async (ref, messageId, version) => {
      const { version: then, outcome, error, cost } = await store.runs.get(ref, messageId);
      const side = { outcome, error, cpu_us: cost.cpu_us, effects: null, calls: [] };
      return {
        message_id: messageId,
        same: true,
        recorded: { ...side, version: then },
        replayed: { ...side, version: version ?? then, log: [] },
        differences: [],
        unrecorded_calls: [],
      };
    },
    send: async (account, { to_addr, content }, id) => {
      if (account === 'asleep') throw new VumiError('account.inactive', 'activate the account first');
      sent.push({ account, id });
      const named = id === null ? {} : { message_id: id };
      return createUserMessage({ to_addr, from_addr: '12345', content, ...named });
    },
    cancel: async (_account, id) => CANCELLED[id.slice(0, 5)] ?? 'too_late',
    dial,
    routeProver,
    transportsOf: async () => [{ name: 'mno', type: 'smpp', status: 'ok' }],
    ownerOfSimulated: async ({ to_addr }) => (to_addr === '12345' ? 'demo' : null),
    simulator: createMemorySimulator(),
  };
}

async function send(url: string, method: string, options: CallOptions): Promise<Answer> {
  const { token = ADMIN, body, headers, signal } = options;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && !text.includes('}\n{');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

function holdAgainstDocument(routes: readonly Route[], method: string, path: string, answer: Answer): void {
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) {
    problemSchema.parse(answer.json);
    return;
  }
  const route = routes.find((one) => one.method === method && matches(one.path, path));
  if (route === undefined) return;
  const documented = route.answers[answer.status];
  if (documented === undefined) throw new Error(`${route.id} does not document the answer ${answer.status}`);
  if (type.startsWith('application/json')) documented.schema?.parse(answer.json);
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const given = (path.split('?')[0] ?? '').split('/');
  return (
    parts.length === given.length &&
    parts.every((part, index) => part.startsWith(':') || part === given[index])
  );
}

/** Two users of whom one is on an older version. */
function memoryTalks(): ApiPorts['openTalks'] {
  const since = '2026-03-01T08:00:00.000Z';
  let open = [1, 2].map((version) => ({
    user: `+2776000000${version}`,
    to: '8000',
    version,
    screen: 'start',
    question: 'ask "name"',
    answered: 1,
    since,
  }));
  return {
    list: async (_ref, { version, after = '', limit }) => {
      const rest = open.filter(({ user }) => user > after);
      const page = rest.slice(0, limit);
      const items = page.filter((talk) => version === undefined || talk.version === version);
      return { items, next: rest.length > limit ? (page.at(-1)?.user ?? null) : null };
    },
    end: async (_ref, version) => {
      const before = open.length;
      open = open.filter((talk) => version !== undefined && talk.version !== version);
      return before - open.length;
    },
  };
}

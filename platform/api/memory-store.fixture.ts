import { appKey, BILLING_DEFAULTS, VumiError, type AppRef } from '@vumi/core';
import type {
  Account,
  ChangeListener,
  App,
  AppVersion,
  FunnelRow,
  LogRow,
  MessageQuery,
  MessageRow,
  RolloutRow,
  RunDetail,
  SmppClient,
  Store,
  TransportRow,
} from '@vumi/store';
import { memoryIdempotency } from './memory-idempotency.fixture.ts';
import { found, paged } from './memory-page.fixture.ts';
import { memoryRouting } from './memory-routing.fixture.ts';
import { memoryAudit } from './memory-audit.fixture.ts';
import { memoryTokens } from './memory-tokens.fixture.ts';

/** What the API asks of the store, in memory: for the API's own tests. The real one has its own suite. */
export interface MemoryStore extends Pick<
  Store,
  | 'accounts'
  | 'tokens'
  | 'audit'
  | 'onChange'
  | 'apps'
  | 'versions'
  | 'routes'
  | 'numbers'
  | 'transports'
  | 'smppClients'
  | 'messages'
  | 'idempotency'
  | 'logs'
  | 'runs'
  | 'usage'
  | 'funnel'
  | 'rollouts'
> {
  readonly rows: { messages: MessageRow[]; logs: LogRow[]; secrets: Map<string, string> };
  /** The queries that messages were asked with. */
  readonly queries: MessageQuery[];
}

const CREATED = '2026-11-22T08:00:00.000Z';
const unused = (): never => {
  throw new Error('the API must not ask this');
};

export function createMemoryStore(): MemoryStore {
  const apps = new Map<string, App>();
  const versions = new Map<string, AppVersion[]>();
  const messages: MessageRow[] = [];
  const logs: LogRow[] = [];
  const secrets = new Map<string, string>();
  const queries: MessageQuery[] = [];
  const listeners = new Set<ChangeListener>();
  const tell = async (): Promise<void> => {
    for (const listener of listeners) await listener({ what: 'tokens' });
  };
  return {
    rows: { messages, logs, secrets },
    queries,
    accounts: memoryAccounts(),
    tokens: memoryTokens(tell),
    audit: memoryAudit(),
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    ...memoryRuns(apps),
    apps: memoryApps(apps, secrets),
    versions: memoryVersions(apps, versions),
    rollouts: memoryRollouts(versions),
    ...memoryRouting(),
    transports: memoryTransports(),
    smppClients: memorySmppClients(),
    idempotency: memoryIdempotency(),
    messages: {
      written: async () => null,
      list: async (query) => {
        queries.push(query);
        return paged(messages, query);
      },
      get: async (account, id) =>
        found(
          messages.find((row) => row.message_id === id && row.account === account),
          `message ${id}`,
        ),
      cursorAfter: async (account, id) => {
        const place = messages.findIndex((row) => row.message_id === id && row.account === account);
        return found(place < 0 ? undefined : String(place + 1), `message ${id}`);
      },
    },
    logs: {
      append: unused,
      list: async (_ref, { after = '0', limit = 50 }) => {
        const items = logs.slice(Number(after), Number(after) + limit);
        return { items, next_cursor: items.length === 0 ? null : String(Number(after) + items.length) };
      },
    },
  };
}

const USAGE = {
  messages: 2,
  cpu_ms: 0.5,
  http_calls: 0,
  host_calls: 1,
  sends: 2,
  bytes_in: 10,
  bytes_out: 10,
  cold_starts: 1,
  failures: { threw: 1 },
};

const TOTALS = {
  cpu_us: 500,
  wall_us: 2000,
  wait_us: 0,
  sends: 2,
  bytes_in: 10,
  bytes_out: 10,
  cold_starts: 1,
  outcomes: { ok: 1, threw: 1 },
  calls: { get: 1 },
};

const FUNNEL: FunnelRow[] = [
  { version: 2, screen: 'start', question: 'ask "name"', counts: { shown: 10, answered: 4 } },
  { version: 1, screen: 'start', question: '', counts: { began: 20 } },
];

/** Each app has run two messages: `worked` and `threw`. */
function memoryRuns(apps: ReadonlyMap<string, App>): Pick<MemoryStore, 'runs' | 'usage' | 'funnel'> {
  const cost = { cpu_us: 250, wall_ms: 1, wait_ms: 0, cold: true, runs: 1 };
  const run = (message_id: string, outcome: string, error: string | null): RunDetail => ({
    message_id,
    version: 1,
    kind: 'message',
    outcome,
    error,
    at: CREATED,
    cost: { ...cost, calls: { get: 1 }, bytes_in: 5, bytes_out: 5, sends: 1 },
    recorded: true,
    record: { start: {} },
  });
  const runs = [run('threw', 'threw', 'Error: no luck'), run('worked', 'ok', null)];
  return {
    runs: {
      record: unused,
      list: async (ref, query) => {
        found(apps.get(appKey(ref)), 'app');
        return paged(
          runs.filter(({ outcome }) => query.outcome === undefined || outcome === query.outcome),
          query,
        );
      },
      get: async (_ref, id) =>
        found(
          runs.find(({ message_id }) => message_id === id),
          `run of ${id}`,
        ),
    },
    funnel: {
      ofApp: async (ref, { from = CREATED, to = CREATED }) => ({
        ...ref,
        from,
        to,
        items: FUNNEL,
        sent: [{ version: 2, segments: 30, conversations: 10, messages: 14 }],
      }),
    },
    usage: {
      totals: async () =>
        [...apps.values()].map(({ account, app }) => Object.assign({ account, app, deployed: true }, TOTALS)),
      ofApp: async (ref, { from = CREATED, to = CREATED }) => ({
        ...ref,
        from,
        to,
        total: USAGE,
        hours: [{ ...USAGE, hour: CREATED }],
      }),
      ofAccount: async (account, { from = CREATED, to = CREATED }) => ({
        account,
        from,
        to,
        total: USAGE,
        apps: [{ ...USAGE, app: 'hello' }],
      }),
    },
  };
}

function memoryAccounts(): Store['accounts'] {
  const accounts = new Map<string, Account>();
  const get = (name: string) => found(accounts.get(name), `account "${name}"`);
  const put = (account: Account) => {
    accounts.set(account.name, account);
    return account;
  };
  return {
    create: async (name) => {
      if (accounts.has(name))
        throw new VumiError('request.conflict', `account "${name}" exists`, { field: 'name' });
      const optouts = { can_manage_optouts: true, respect_optouts: true };
      return put({
        name,
        active: true,
        limits: {},
        ...optouts,
        private_services: [],
        retention_days: null,
        billing: BILLING_DEFAULTS,
        created_at: CREATED,
      });
    },
    get: async (name) => get(name),
    list: async (page) => paged([...accounts.values()], page),
    change: async (name, change) => {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      return put({ ...get(name), ...(Object.fromEntries(given) as Partial<Account>) });
    },
  };
}

function memoryApps(apps: Map<string, App>, secrets: Map<string, string>): Store['apps'] {
  const get = (ref: AppRef): App => found(apps.get(appKey(ref)), `app "${ref.app}"`);
  const put = (app: App): App => {
    apps.set(appKey(app), app);
    return app;
  };
  return {
    get: async (ref) => get(ref),
    list: async (account, page) =>
      paged(
        [...apps.values()].filter((app) => app.account === account),
        page,
      ),
    remove: async (ref) => {
      apps.delete(appKey(get(ref)));
    },
    setConfig: async (ref, config) => put({ ...get(ref), config }),
    setSecret: async (ref, name, value) => {
      secrets.set(`${appKey(ref)}/${name}`, value ?? '');
      put({ ...get(ref), secrets: [...get(ref).secrets, name] });
    },
    settings: unused,
  };
}

function memoryVersions(apps: Map<string, App>, versions: Map<string, AppVersion[]>): Store['versions'] {
  const all = (ref: AppRef): AppVersion[] => versions.get(appKey(ref)) ?? [];
  const get = (ref: AppRef, version: number): AppVersion =>
    found(
      all(ref).find((one) => one.version === version),
      `version ${version}`,
    );
  const activate = (ref: AppRef, version: number, percent: number = 100): AppVersion => {
    const wanted = get(ref, version);
    const app = found(apps.get(appKey(ref)), 'app');
    const active = percent === 100 ? version : app.active_version;
    const rollout = percent === 100 ? null : { version, percent };
    for (const one of all(ref)) {
      const share = one.version === active ? 100 - (rollout?.percent ?? 0) : 0;
      Object.assign(one, { active: one.version === active, percent: one === wanted ? percent : share });
    }
    apps.set(appKey(ref), { ...app, active_version: active, rollout });
    return wanted;
  };
  return {
    add: async ({ ref, sha256, manifest, handlers, bundle, activate: wanted }) => {
      const app = {
        ...ref,
        active_version: null,
        rollout: null,
        config: {},
        secrets: [],
        created_at: CREATED,
      };
      if (!apps.has(appKey(ref))) apps.set(appKey(ref), app);
      const known = all(ref).find(
        (one) => one.sha256 === sha256 && one.manifest['libraries'] === manifest['libraries'],
      );
      const made = known ?? {
        ...ref,
        version: all(ref).length + 1,
        sha256,
        handlers: [...handlers],
        manifest: { ...manifest },
        size: bundle.length,
        active: false,
        percent: 0,
        created_at: CREATED,
      };
      if (known === undefined) versions.set(appKey(ref), [made, ...all(ref)]);
      return { version: wanted ? activate(ref, made.version) : made, created: known === undefined };
    },
    list: async (ref, page) => paged(all(ref), page),
    get: async (ref, version) => get(ref, version),
    activate: async (ref, version, how) => activate(ref, version, how?.percent),
    worker: unused,
    file: unused,
    bundle: unused,
  };
}

/** Those that began, and nothing else of them. */
function memoryRollouts(versions: ReadonlyMap<string, AppVersion[]>): Store['rollouts'] {
  const begun = new Map<string, RolloutRow[]>();
  return {
    begin: async (ref, version, { plan, at }) => {
      const started_at = new Date(at).toISOString();
      const all = found(versions.get(appKey(ref)), 'app');
      const stable = found(
        all.find(({ active }) => active),
        'active version',
      ).version;
      const times = { stage_at: started_at, started_at, ended_at: null };
      const row = { ...plan, ...times, version, stable, state: 'running', stage: 0, decisions: [] } as const;
      begun.set(appKey(ref), [row, ...(begun.get(appKey(ref)) ?? [])]);
      return found(
        all.find((one) => one.version === version),
        `version ${version}`,
      );
    },
    list: async (ref, page) => paged(begun.get(appKey(ref)) ?? [], page),
    running: unused,
    compare: unused,
    decide: unused,
  };
}

function memorySmppClients(): Store['smppClients'] {
  const clients = new Map<string, SmppClient>();
  const get = (account: string, systemId: string): SmppClient =>
    found(clients.get(`${account}/${systemId}`), `SMPP client "${systemId}"`);
  return {
    put: async (account, systemId, { settings, password }) => {
      const key = `${account}/${systemId}`;
      const created = !clients.has(key);
      const times = { password_set_at: CREATED, created_at: CREATED };
      const client = { account, system_id: systemId, ...settings, ...times };
      clients.set(key, client);
      const generated = password === null || (password === undefined && created);
      return { client, created, password: generated ? 'made4you' : null };
    },
    get: async (account, systemId) => get(account, systemId),
    list: async (account, page) =>
      paged(
        [...clients.values()].filter((one) => one.account === account),
        page,
      ),
    remove: async (account, systemId) => {
      clients.delete(`${account}/${get(account, systemId).system_id}`);
    },
    verify: unused,
  };
}

function memoryTransports(): Store['transports'] {
  const transports = new Map<string, TransportRow>();
  return {
    put: async (name, { type, config }) => {
      const row = { name, type, config: { ...config } };
      transports.set(name, row);
      return row;
    },
    get: async (name) => found(transports.get(name), `transport "${name}"`),
    list: async () => [...transports.values()],
    remove: async (name) => {
      found(transports.get(name), `transport "${name}"`);
      transports.delete(name);
    },
  };
}

import { timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import { processPage, watchNode, type Audience } from '@vumi/measures';
import { ReadinessWatch, type Readiness, type RuntimeServices, type Supervisor } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import type { Config } from '../config-schema.ts';
import { supervisorMeasures } from './supervisor-measures.ts';
import { startProbeServer, type ProbePages, type ProbeServer } from './probe-server.ts';

/** How a process shows itself: at a port of its own, or where it serves the API. */
export interface ProcessProbe extends AsyncDisposable {
  /** Null where it has no port of its own. */
  readonly url: string | null;
  readiness(): Promise<Readiness>;
  metrics(audience: Audience): Promise<string>;
  /** The process works with these from now on. */
  watch(services: Pick<RuntimeServices, 'broker' | 'state' | 'store'>, supervisor: Supervisor): void;
  /** All that it was to start runs. The stack's next disposal begins with saying that it stops. */
  running(stack: AsyncDisposableStack): void;
}

/** `atApi`: the process serves the API, which shows all of this unless the configuration asks for a port. */
export async function openProbe(
  config: Pick<Config, 'probe' | 'admin_token'>,
  { atApi }: { readonly atApi: boolean },
): Promise<ProcessProbe> {
  const probe = new Probe(config.admin_token);
  watchNode();
  const { enabled, host, port } = config.probe;
  if (enabled && (port !== undefined || !atApi)) await probe.listen({ host, port: port ?? 0 });
  return probe;
}

class Probe implements ProcessProbe, ProbePages {
  readonly #watch = new ReadinessWatch(Date.now);
  readonly #adminToken: string | undefined;
  #store: Pick<Store, 'tokens'> | null = null;
  #supervisor: Supervisor | null = null;
  #server: ProbeServer | null = null;

  constructor(adminToken: string | undefined) {
    this.#adminToken = adminToken;
  }

  get url(): string | null {
    return this.#server?.url ?? null;
  }

  async listen(place: { readonly host: string; readonly port: number }): Promise<void> {
    this.#server = await startProbeServer(place, this);
  }

  watch(
    { broker, state, store }: Pick<RuntimeServices, 'broker' | 'state' | 'store'>,
    supervisor: Supervisor,
  ): void {
    this.#store = store;
    this.#supervisor = supervisor;
    const worker_id = `${hostname()}:${process.pid}`;
    this.#watch.watch({ broker, state, store, workers: () => supervisor.list(), worker_id });
  }

  running(stack: AsyncDisposableStack): void {
    this.#watch.enter('running');
    stack.defer(() => this.#watch.enter('stopping'));
  }

  readiness(): Promise<Readiness> {
    return this.#watch.read();
  }

  metrics(audience: Audience): Promise<string> {
    return processPage(audience, supervisorMeasures(this.#supervisor?.list() ?? []));
  }

  async audienceOf(authorization: string | undefined): Promise<Audience> {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return 'anybody';
    if (this.#adminToken !== undefined && sameText(token, this.#adminToken)) return 'administrator';
    // A scrape goes on while the database is away, with what anybody may see.
    const info = await this.#store?.tokens.verify(token).catch(() => null);
    if (info === undefined || info === null || info.expired) return 'anybody';
    return info.account === null && info.scopes.includes('admin') ? 'administrator' : 'anybody';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

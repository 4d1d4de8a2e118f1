import type { Clock, KeyedState } from '@vumi/core';
import type { Component, ComponentChange, ComponentQuery, Page, PageQuery, Store } from '@vumi/store';
import { worstOf, type Level } from './levels.ts';
import { readBeats, readIssue, type WorkerBeats } from './monitor-state.ts';
import { MIN_PROCS_FAIL } from './verdict.ts';

/** A monitor that wrote nothing for so long does not run, or cannot write. */
const SILENT_MS = 60_000;
const ALL_AT_ONCE = 1000;
const ISSUES = 100;

/** A component with who beats for it. */
export interface ComponentView extends Component {
  /** The worst of it and of what belongs to it: of a worker its parts, of a process the workers that it runs. */
  readonly worst: Level;
  /** The name of the one that is so; its own where nothing that belongs to it is worse. */
  readonly worst_of: string;
  /** The last heartbeat; null: it has none, as a part of a transport. */
  readonly heard_at: string | null;
  /** How many processes must beat for it; null: it has no heartbeats. */
  readonly min_procs: number | null;
  readonly processes: WorkerBeats['processes'];
}

/** What Vumi's monitor calls an issue. */
export interface ComponentIssue {
  readonly component: string;
  readonly type: string;
  readonly start_time: string;
  readonly procs_count: number;
  readonly min_procs: number;
  readonly message: string;
}

export interface ComponentSummary {
  /** The worst of all; `degraded` at least while nobody listens to heartbeats. */
  readonly level: Level;
  readonly counts: Readonly<Record<Level, number>>;
  /** When the monitor wrote last; null: never. */
  readonly monitored_at: string | null;
}

/** What is known of the components, for those who look. */
export interface ComponentViews {
  list(query: ComponentQuery): Promise<Page<ComponentView>>;
  /** All of them, by name. */
  all(): Promise<ComponentView[]>;
  get(name: string): Promise<ComponentView>;
  history(name: string, page: PageQuery): Promise<Page<ComponentChange>>;
  summary(): Promise<ComponentSummary>;
  /** Those that are open, the first 100. */
  issues(): Promise<ComponentIssue[]>;
}

interface ViewPorts {
  readonly store: Pick<Store, 'components'>;
  readonly state: Pick<KeyedState, 'get'>;
  readonly clock: Clock;
}

/** Joins what changes, which the store has, with what beats, which the monitor keeps in the state. */
export function openComponentViews({ store, state, clock }: ViewPorts): ComponentViews {
  const { components } = store;
  const list = async (query: ComponentQuery): Promise<Page<ComponentView>> => {
    const [page, { workers }, troubles] = await Promise.all([
      components.list(query),
      readBeats(state),
      components.troubles(),
    ]);
    return { ...page, items: page.items.map((one) => viewOf(one, workers, troubles)) };
  };
  return {
    list,
    async all() {
      const found: ComponentView[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page: Page<ComponentView> = await list({
          limit: ALL_AT_ONCE,
          ...(cursor === '' ? {} : { cursor }),
        });
        found.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      }
      return found;
    },
    async get(name) {
      const [found, { workers }, troubles] = await Promise.all([
        components.get(name),
        readBeats(state),
        components.troubles(),
      ]);
      return viewOf(found, workers, troubles);
    },
    history: (name, page) => components.history(name, page),
    async summary() {
      const [counts, { writtenAt }] = await Promise.all([components.counts(), readBeats(state)]);
      const isSilent = writtenAt === null || clock() - writtenAt > SILENT_MS;
      const levels = (['down', 'degraded', 'ok'] as const).filter((level) => counts[level] > 0);
      return {
        level: worstOf([...levels, isSilent ? 'degraded' : 'ok']),
        counts,
        monitored_at: writtenAt === null ? null : new Date(writtenAt).toISOString(),
      };
    },
    async issues() {
      const [troubles, { workers }] = await Promise.all([components.troubles(), readBeats(state)]);
      const open = troubles.filter(({ type }) => type === MIN_PROCS_FAIL).slice(0, ISSUES);
      return Promise.all(open.map((one) => issueOf(one, workers.get(one.name), state)));
    },
  };
}

type Beats = ReadonlyMap<string, WorkerBeats>;

function viewOf(component: Component, workers: Beats, troubles: readonly Component[]): ComponentView {
  const beats = component.kind === 'part' ? undefined : workers.get(component.name);
  const within = [component, ...troubles.filter((trouble) => belongsTo(trouble, component, workers))];
  const worst = worstOf(within.map(({ level }) => level));
  return {
    ...component,
    worst,
    worst_of: within.find(({ level }) => level === worst)?.name ?? component.name,
    heard_at: beats?.heard_at ?? null,
    min_procs: beats?.min_procs ?? null,
    processes: beats?.processes ?? [],
  };
}

/** Whether one component is a part of another worker, or of a worker that another process runs. */
function belongsTo(one: Component, other: Component, workers: Beats): boolean {
  if (one.system_id !== other.system_id || one.kind === 'process') return false;
  if (other.kind === 'worker') return one.kind === 'part' && one.worker === other.worker;
  if (other.kind === 'part') return false;
  const own = workers.get(other.name)?.processes ?? [];
  const its = workers.get(`${one.system_id}:${one.worker}`)?.processes ?? [];
  return its.some(({ hostname, pid }) =>
    own.some((process) => process.hostname === hostname && process.pid === pid),
  );
}

async function issueOf(
  { name, since, message }: Component,
  beats: WorkerBeats | undefined,
  state: ViewPorts['state'],
): Promise<ComponentIssue> {
  const issue = await readIssue(state, name);
  return {
    component: name,
    type: MIN_PROCS_FAIL,
    start_time: issue === null ? since : new Date(issue.start_time * 1000).toISOString(),
    procs_count: issue?.procs_count ?? beats?.processes.length ?? 0,
    min_procs: beats?.min_procs ?? 1,
    message,
  };
}

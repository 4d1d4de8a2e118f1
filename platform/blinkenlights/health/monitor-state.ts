import type { KeyedState } from '@vumi/core';
import { z } from 'zod';
import type { Judged } from './judged.ts';
import type { WatchedProcess } from './processes.ts';
import { MIN_PROCS_FAIL } from './verdict.ts';

/** Vumi's keys (spec vumi-core §7). The list of systems is JSON, as Vumi's own comment says, where its code had a set. */
const TIMESTAMP_KEY = 'timestamp';
const SYSTEMS_KEY = 'systems';
const systemKey = (id: string): string => `system:${id}`;
const issueKey = (workerId: string): string => `worker:${workerId}:issue`;

/** A worker in the JSON of its system: Vumi's fields, then ours. */
const workerSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  system_id: z.string(),
  min_procs: z.number(),
  hosts: z.array(z.object({ host: z.string(), proc_count: z.number() })),
  heard_at: z.string().nullable().default(null),
  processes: z
    .array(z.object({ hostname: z.string(), pid: z.number(), heard_at: z.string(), beats: z.number() }))
    .default([]),
});
const systemSchema = z.looseObject({ id: z.string(), workers: z.array(workerSchema) });

/** Who beats for a component, as the monitor has last written it. */
export type WorkerBeats = z.infer<typeof workerSchema>;

/** An issue that is open. Times are seconds since the epoch, as Vumi has them. */
export interface WorkerIssue {
  readonly issue_type: string;
  readonly start_time: number;
  readonly procs_count: number;
}

type State = Pick<KeyedState, 'get' | 'set' | 'delete'>;

/** Writes what Vumi's monitor writes, for whoever reads that. */
export async function writeSystems(state: State, judged: readonly Judged[], now: number): Promise<void> {
  const systems = Map.groupBy(judged, ({ systemId }) => systemId);
  const timestamp = Math.floor(now / 1000);
  for (const [id, workers] of systems) {
    const system = { name: id, id, timestamp, workers: workers.map(toWorker) };
    await state.set(systemKey(id), JSON.stringify(system));
  }
  const gone = (await readSystemIds(state)).filter((id) => !systems.has(id));
  for (const id of gone) await state.delete(systemKey(id));
  await state.set(SYSTEMS_KEY, JSON.stringify([...systems.keys()]));
  await state.set(TIMESTAMP_KEY, String(timestamp));
}

function toWorker({
  id,
  name,
  systemId,
  needed,
  instances,
  heardAt,
  level,
  type,
  message,
}: Judged): WorkerBeats {
  const hosts = Map.groupBy(instances, ({ hostname }) => hostname);
  return {
    id,
    name,
    system_id: systemId,
    min_procs: needed,
    hosts: [...hosts].map(([host, procs]) => ({ host, proc_count: procs.length })),
    level,
    type,
    message,
    heard_at: heardAt === null ? null : new Date(heardAt).toISOString(),
    processes: instances.map(({ hostname, pid, heardAt: at, beats }) => ({
      hostname,
      pid,
      heard_at: new Date(at).toISOString(),
      beats,
    })),
  };
}

/** Opens an issue, or says how many processes there are by now: its start stays. Answers what is written. */
export async function openOrUpdateIssue(
  state: State,
  { id, instances }: Pick<Judged, 'id' | 'instances'>,
  now: number,
): Promise<WorkerIssue> {
  const known = await state.get(issueKey(id));
  const start = known === null ? now / 1000 : (JSON.parse(known) as WorkerIssue).start_time;
  const issue = { issue_type: MIN_PROCS_FAIL, start_time: start, procs_count: instances.length };
  await state.set(issueKey(id), JSON.stringify(issue));
  return issue;
}

export async function deleteIssue(state: State, workerId: string): Promise<void> {
  await state.delete(issueKey(workerId));
}

export async function readIssue(state: Pick<State, 'get'>, workerId: string): Promise<WorkerIssue | null> {
  const text = await state.get(issueKey(workerId));
  return text === null ? null : (JSON.parse(text) as WorkerIssue);
}

/** What the monitor wrote last, by worker id, and when; null: none has written yet. */
export async function readBeats(
  state: Pick<State, 'get'>,
): Promise<{ readonly workers: ReadonlyMap<string, WorkerBeats>; readonly writtenAt: number | null }> {
  const ids = await readSystemIds(state);
  const texts = await Promise.all(ids.map((id) => state.get(systemKey(id))));
  const timestamp = await state.get(TIMESTAMP_KEY);
  const workers = texts.flatMap((text) =>
    text === null ? [] : systemSchema.parse(JSON.parse(text)).workers,
  );
  return {
    workers: new Map(workers.map((worker) => [worker.id, worker])),
    writtenAt: timestamp === null ? null : Number(timestamp) * 1000,
  };
}

async function readSystemIds(state: Pick<State, 'get'>): Promise<string[]> {
  const text = await state.get(SYSTEMS_KEY);
  return text === null ? [] : z.array(z.string()).parse(JSON.parse(text));
}

const processesKey = (monitor: string): string => `blinkenlights/${monitor}/processes`;

/** The processes that the monitor knew: the ones that died with it must be missed by its next life. */
export async function saveProcesses(
  state: Pick<State, 'set'>,
  monitor: string,
  processes: readonly WatchedProcess[],
): Promise<void> {
  await state.set(processesKey(monitor), JSON.stringify(processes));
}

export async function loadProcesses(state: Pick<State, 'get'>, monitor: string): Promise<WatchedProcess[]> {
  const text = await state.get(processesKey(monitor));
  return text === null ? [] : (JSON.parse(text) as WatchedProcess[]);
}

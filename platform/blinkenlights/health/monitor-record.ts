import type { WorkerPorts } from '@vumi/runtime';
import type { ComponentReport } from '@vumi/store';
import { alignAlerts } from './alerting.ts';
import type { Judged } from './judged.ts';
import { deleteIssue, openOrUpdateIssue, saveProcesses, writeSystems } from './monitor-state.ts';
import type { WatchedProcess } from './processes.ts';
import { MIN_PROCS_FAIL } from './verdict.ts';

/** How often alerts are looked at while some component is not unwell for long enough. */
const LOOK_AGAIN_MS = 5000;

type RecordPorts = Pick<WorkerPorts, 'name' | 'state' | 'store' | 'clock' | 'logger'>;

/** What the monitor found out, where others read it: beats and issues in the state, changes in the store and the log. */
export class MonitorRecord {
  readonly #ports: RecordPorts;
  readonly #alertAfterMs: number;
  /** What was last written of each component. */
  readonly #written = new Map<string, string>();
  readonly #issues = new Map<string, number>();
  /** By name, to know whether some are to be forgotten. */
  #names = '';
  #processes = '';
  #alertsAt = 0;

  constructor(ports: RecordPorts, alertAfterMs: number) {
    this.#ports = ports;
    this.#alertAfterMs = alertAfterMs;
  }

  /** `beats`: it is time to write those. What fails is written with the next call. */
  async report(
    judged: readonly Judged[],
    {
      now,
      beats,
      processes,
    }: { readonly now: number; readonly beats: boolean; readonly processes: readonly WatchedProcess[] },
  ): Promise<void> {
    const changed = judged.filter((one) => this.#written.get(one.id) !== signatureOf(one));
    for (const one of changed) await this.#issue(one, now);
    await this.#store(changed, judged, now);
    for (const one of changed) this.#tell(one);
    if (beats || changed.length > 0) await this.#remember(judged, processes, now);
    await this.#alerts(changed.length > 0, now);
  }

  async #issue(one: Judged, now: number): Promise<void> {
    const isOpen = this.#issues.has(one.id);
    if (one.type === MIN_PROCS_FAIL) {
      await openOrUpdateIssue(this.#ports.state, one, now);
      this.#issues.set(one.id, now);
    } else if (isOpen || !this.#written.has(one.id)) {
      await deleteIssue(this.#ports.state, one.id);
      this.#issues.delete(one.id);
    }
  }

  async #store(changed: readonly Judged[], judged: readonly Judged[], now: number): Promise<void> {
    const { store } = this.#ports;
    const names = judged.map(({ id }) => id).sort();
    const isOtherSet = names.join('\n') !== this.#names;
    if (store !== null) {
      if (changed.length > 0) await store.components.put(changed.map((one) => toReport(one, now)));
      if (isOtherSet) {
        for (const kind of ['process', 'worker'] as const)
          await store.components.retain(
            kind,
            judged.filter((one) => one.kind === kind).map(({ id }) => id),
          );
      }
    }
    if (!isOtherSet) return;
    for (const id of this.#written.keys()) {
      if (names.includes(id)) continue;
      this.#written.delete(id);
      if (this.#issues.delete(id)) await deleteIssue(this.#ports.state, id);
    }
    this.#names = names.join('\n');
  }

  /** An operator without a database reads the log. */
  #tell(one: Judged): void {
    const { id, level, type, message } = one;
    const before = this.#written.get(id);
    this.#written.set(id, signatureOf(one));
    const fields = { component: id, status: level, type, message };
    if (level !== 'ok') this.#ports.logger.warn(fields, 'a component is not well');
    else if (before !== undefined) this.#ports.logger.info(fields, 'a component is well');
  }

  async #remember(
    judged: readonly Judged[],
    processes: readonly WatchedProcess[],
    now: number,
  ): Promise<void> {
    const { state, name } = this.#ports;
    await writeSystems(state, judged, now);
    const text = JSON.stringify(processes);
    if (text === this.#processes) return;
    await saveProcesses(state, name, processes);
    this.#processes = text;
  }

  async #alerts(changed: boolean, now: number): Promise<void> {
    const { store } = this.#ports;
    if (store === null || (!changed && now < this.#alertsAt)) return;
    await alignAlerts(store, this.#alertAfterMs, now);
    this.#alertsAt = now + LOOK_AGAIN_MS;
  }
}

function signatureOf({ level, type, message, needed, instances }: Judged): string {
  const processes = instances.map(({ hostname, pid }) => `${hostname}:${pid}`);
  return JSON.stringify([level, type, message, needed, ...processes]);
}

function toReport(one: Judged, now: number): ComponentReport {
  const { id, kind, systemId, name, level, type, message, needed, instances } = one;
  return {
    name: id,
    kind,
    system_id: systemId,
    worker: name,
    part: null,
    level,
    type,
    message,
    details: { min_procs: needed, processes: instances.map(({ hostname, pid }) => ({ hostname, pid })) },
    at: now,
  };
}

import { isDeepStrictEqual } from 'node:util';
import { errorText, type Logger } from '@vumi/core';
import type { Supervisor } from './supervisor.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** A list of workers that changes while the process runs. */
export interface SpecSource {
  list(): Promise<readonly WorkerSpec[]>;
  /** Told of every change; the change's writer waits for the listener. */
  onChange(listener: () => void | Promise<void>): Disposable;
}

/** Starts, restarts and stops workers as their specs come, change and go. Disposal leaves them running. */
export async function followSpecs(
  source: SpecSource,
  supervisor: Supervisor,
  logger: Logger,
): Promise<AsyncDisposable> {
  const followed = new Map<string, WorkerSpec>();
  let closed = false;
  const stop = async ({ name }: WorkerSpec): Promise<void> => {
    followed.delete(name);
    if (supervisor.find(name) !== null) await supervisor.stop(name);
  };
  const begin = (spec: WorkerSpec): void => {
    followed.set(spec.name, spec);
    supervisor.start(spec).catch((error: unknown) => {
      followed.delete(spec.name);
      logger.error({ worker: spec.name, reason: errorText(error) }, 'a worker could not be started');
    });
  };
  let latest: Promise<void> | null = null;
  const sync = (): Promise<void> => {
    const mine: Promise<void> = apply(() => latest === mine);
    latest = mine;
    return mine;
  };
  const apply = async (isLatest: () => boolean): Promise<void> => {
    const wanted = new Map((await source.list()).map((spec) => [spec.name, spec]));
    if (closed) return;
    // Who asked later has read what is newer.
    if (!isLatest()) return latest ?? undefined;
    const stale = [...followed.values()].filter((spec) => !isDeepStrictEqual(wanted.get(spec.name), spec));
    await Promise.all(stale.map(stop));
    for (const spec of wanted.values()) if (!followed.has(spec.name) && !closed) begin(spec);
  };
  const subscription = source.onChange(sync);
  await sync();
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      subscription[Symbol.dispose]();
    },
  };
}

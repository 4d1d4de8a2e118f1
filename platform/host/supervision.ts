import { hostname } from 'node:os';
import { startBeats } from '@vumi/blinkenlights';
import { nameSchema } from '@vumi/core';
import type { DiskWatch } from '@vumi/machine';
import { readFigures } from '@vumi/measures';
import {
  checkSpec,
  consumeControl,
  controlKey,
  createControl,
  createSupervisor,
  followSpecs,
  startHeartbeat,
  workersInState,
  workersInStore,
  type Control,
  type Heartbeat,
  type RuntimeServices,
  type Supervisor,
  type WorkerType,
} from '@vumi/runtime';
import type { Config } from './config-schema.ts';
import { isTransport } from './processes.ts';

/** Who a process is among supervisors. */
export interface Identity {
  readonly name: string;
  /** Under which it is listed; null: at the top. */
  readonly parent: string | null;
  readonly roles: readonly string[];
  /** Where its probe is at present; null: nowhere. */
  readonly probeUrl: () => string | null;
}

/** The supervisor of a process, with what others see and ask of it. */
export interface Supervision {
  readonly supervisor: Supervisor;
  readonly heartbeat: Heartbeat;
  readonly control: Control;
  /** Runs what was started at run time, and takes control messages from now on. */
  readonly listen: () => Promise<void>;
}

interface SupervisionOptions {
  readonly startable: readonly WorkerType[];
  readonly heartbeats: Config['heartbeats'];
  readonly stack: AsyncDisposableStack;
  /** Of the folder of what is kept. */
  readonly disk: Pick<DiskWatch, 'reading'>;
}

/**
 * `startable`: types that may be started at run time. Workers without a supervisor of their own are run by those at the
 * top. Everything is disposed of with the stack, the workers last.
 */
export function openSupervision(
  { name, parent, roles, probeUrl }: Identity,
  services: RuntimeServices,
  { startable, heartbeats, stack, disk }: SupervisionOptions,
): Supervision {
  const { broker, state, store, clock, logger } = services;
  const supervisor = stack.use(createSupervisor(services));
  const report = () => ({
    supervisor: name,
    parent,
    roles,
    probe: probeUrl(),
    workers: supervisor.list(),
    disk: disk.reading(),
    figures: readFigures(),
  });
  const heartbeat = stack.use(startHeartbeat({ state, clock, logger, report }));
  const beats = stack.use(
    startBeats({
      broker,
      clock,
      logger,
      supervisor: name,
      parent,
      roles,
      workers: () => supervisor.list(),
      tellsStatuses: isTransport,
      systemId: heartbeats.system_id,
      intervalMs: heartbeats.interval * 1000,
    }),
  );
  const stored =
    store === null
      ? workersInState(state, name)
      : workersInStore(store, name, { others: parent === null && roles.length > 0 });
  const control = createControl({
    name,
    supervisor,
    stored,
    check: (spec) => void checkSpec(spec, { ...services, types: startable }),
    processes: () => heartbeat.processes(),
    forward: (other, request) => broker.publish(controlKey(other), JSON.stringify(request)),
  });
  return {
    supervisor,
    heartbeat,
    control,
    async listen() {
      stack.use(await followSpecs(stored, supervisor, logger));
      stack.use(await consumeControl(name, control, { broker, logger }));
      beats.beat();
    },
  };
}

/** The name by which a process is told what to do: the machine's, and what it is there for when that is not all. */
export function supervisorName({ supervisor, roles }: Config, allRoles: readonly string[]): string {
  const isAll = allRoles.every((role) => role === 'smpp' || roles.some((one) => one === role));
  const given = [hostname(), ...(isAll ? [] : roles)].join('-');
  const plain = given
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
  const fallback = nameSchema.safeParse(plain).success ? plain : 'vumi';
  return supervisor.name ?? fallback;
}

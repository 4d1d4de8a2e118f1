import { startRolloutWatch } from '@vumi/applications';
import type { Placement, WorkerHealth, WorkerPorts, WorkerType } from '@vumi/runtime';
import { defineWorker } from '@vumi/runtime';
import type { HttpHub } from '@vumi/http';
import type { Simulator } from '@vumi/transports/smpp/simulator';
import { z } from 'zod';
import { startApiRole, type ApiRole } from './api-role.ts';
import { partsOf, type PlatformParts } from './parts.ts';
import type { ProcessProbe } from './probe/process-probe.ts';
import { SMPP_SERVER, toPlatformProcess } from './processes.ts';
import { startInterfaceRole } from './interface-role.ts';
import { startSandboxRole } from './sandbox-role.ts';
import { startSchedulerRole } from './scheduler-role.ts';
import { startSmppRole, type SmppRole } from './smpp-role.ts';
import { startSimulator } from './smsc-simulator.ts';
import type { Supervision } from './supervision.ts';

/** What whoever started the process wants of its workers beside their state. */
export interface StartedRoles {
  api: ApiRole | null;
  smpp: SmppRole | null;
  simulator: Simulator | null;
}

export interface PlatformWorkerPorts {
  readonly parts: PlatformParts;
  readonly started: StartedRoles;
  readonly http: HttpHub;
  readonly supervision: Supervision;
  readonly probe: ProcessProbe;
}

const RUNNING: WorkerHealth = { status: 'ok', message: 'running' };

/** The workers that the platform's own configuration describes: their options are its sections. */
export function platformWorkers(ports: PlatformWorkerPorts): WorkerType[] {
  const { parts, started, supervision } = ports;
  const processes = async () => (await supervision.heartbeat.processes()).map(toPlatformProcess);
  const { control } = supervision;
  return [
    platformWorker('sandbox', 'Runs the hosted apps.', async (worker) => {
      const role = await startSandboxRole(partsOf(parts, worker));
      return { ...disposalOf(role), details: () => role.status() };
    }),
    platformWorker('scheduler', 'Fires the schedules of hosted apps.', async (worker) =>
      startSchedulerRole(partsOf(parts, worker)),
    ),
    platformWorker('rollouts', 'Watches versions that are rolled out in stages.', async (worker) =>
      startRolloutWatch(partsOf(parts, worker)),
    ),
    platformWorker('smsc_simulator', 'A mobile network to try things on.', async () => {
      const role = await startSimulator(parts.config, parts.logger);
      started.simulator = role;
      return disposalOf(role, () => (started.simulator = null));
    }),
    smppServer(ports),
    platformWorker(
      'interfaces',
      'Serves programs that were written for other gateways.',
      (worker) => startInterfaceRole({ ...parts, control, processes }, worker),
      'one',
    ),
    platformWorker('api', 'Serves the HTTP API and the pages of apps.', async (worker) => {
      const { simulator } = started;
      const { http, probe } = ports;
      const role = await startApiRole({
        ...partsOf(parts, worker),
        http,
        processes,
        control,
        simulator,
        probe,
      });
      started.api = role;
      return {
        ...disposalOf(role, () => (started.api = null)),
        details: () => ({ admin_token: role.adminToken.id }),
      };
    }),
  ];
}

function smppServer({ parts, started }: PlatformWorkerPorts): WorkerType {
  return platformWorker(SMPP_SERVER, 'Lets systems of accounts bind over SMPP.', async (worker) => {
    const config = parts.config.smpp_server;
    if (config === undefined) throw new TypeError('started without its section of the configuration');
    const role = await startSmppRole(config, partsOf(parts, worker));
    started.smpp = role;
    return {
      ...disposalOf(role, () => (started.smpp = null)),
      status: () => role.health(),
      gauges: () => role.gauges(),
    };
  });
}

interface Started extends AsyncDisposable {
  status?(): WorkerHealth;
  gauges?(): Readonly<Record<string, number>>;
  details?(): unknown;
}

function platformWorker(
  type: string,
  summary: string,
  start: (worker: WorkerPorts) => Promise<Started>,
  placement: Placement = 'each',
): WorkerType {
  return defineWorker({
    type,
    aliases: [],
    summary,
    configSchema: z.strictObject({}),
    placement,
    needs: ['store'],
    ends: () => ({}),
    start: async (_config, worker) => ({
      status: () => RUNNING,
      gauges: () => ({}),
      ...(await start(worker)),
    }),
  });
}

function disposalOf(role: AsyncDisposable | null, onDisposed: () => void = () => {}): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      onDisposed();
      await role?.[Symbol.asyncDispose]();
    },
  };
}

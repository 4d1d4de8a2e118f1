import { appKey, type AppRef, type Delivery, type TransportEvent, type UserMessage } from '@vumi/core';
import { availableParallelism } from 'node:os';
import { parseSandboxConfig, type SandboxConfig } from '../config.ts';
import { createHttpGateway } from '../http/gateway.ts';
import { LoadedApps, type AppPorts } from './app.ts';
import { chooseConfinement, runnerFlags } from './confinement.ts';
import { Handling, type HandlingPorts } from './handling.ts';
import { Instances } from './instances.ts';
import { RunnerPool } from './pool.ts';
import { buildGuest, buildRunner, findNativeModule } from './programs.ts';
import { SerialQueues } from './serial-queues.ts';
import { Turns } from './turns.ts';

const HTTP_TIMEOUT_MS = 10_000;
const HTTP_BYTES = 256 * 1024;
const SWEEP_EVERY_MS = 10_000;

export interface SandboxPorts extends AppPorts, HandlingPorts {}

export interface SandboxStatus {
  readonly runners: readonly { readonly pid: number; readonly rss_mb: number; readonly apps: number }[];
  readonly standby: boolean;
  /** Apps that are loaded now. */
  readonly apps: number;
  /** Messages and events whose handlers run now. */
  readonly turns: number;
}

/** Runs apps. The promise of a call is the acknowledgement: it rejects when the message has to come again. */
export interface Sandbox extends AsyncDisposable {
  /** Messages of one user to one app run in the order of these calls. */
  handleInbound(ref: AppRef, message: UserMessage, delivery: Delivery): Promise<void>;
  handleEvent(ref: AppRef, event: TransportEvent, delivery: Delivery): Promise<void>;
  status(): SandboxStatus;
}

/** Starts the runners; resolves when they are at work. */
export async function startSandbox(config: SandboxConfig, ports: SandboxPorts): Promise<Sandbox> {
  const options = parseSandboxConfig(config);
  const lanes = Math.max(1, Math.round(availableParallelism() / options.runners));
  const limits = { rssSoftMb: options.rss_soft_mb, rssHardMb: options.rss_hard_mb };
  const [confinement, program] = await Promise.all([
    chooseConfinement(runnerFlags(findNativeModule()), ports.logger),
    buildGuest().then((guest) =>
      buildRunner({ guest, lanes, memoryMb: options.limits.memory_mb, ...limits }),
    ),
  ]);
  const pool: RunnerPool = new RunnerPool(
    { runners: options.runners, confinement, program, ...limits, logger: ports.logger },
    {
      onFrame: (runner, frame) => turns.onFrame(runner, frame),
      onExit: (runner) => turns.onRunnerGone(runner),
    },
  );
  const instances = new Instances(pool, {
    perRunner: options.isolates_per_runner,
    idleMs: options.idle_ms,
    now: ports.clock,
  });
  const turns = new Turns(instances);
  const apps = new LoadedApps(ports, options.limits);
  const handling = new Handling({
    ports,
    apps,
    turns,
    http: createHttpGateway({
      allowPrivate: options.allow_private_http,
      timeoutMs: HTTP_TIMEOUT_MS,
      maxBytes: HTTP_BYTES,
    }),
    markerTtlMs: options.marker_ttl_ms,
  });
  await pool.start();
  return sandboxOf({ pool, instances, apps, turns, handling });
}

function sandboxOf(parts: {
  pool: RunnerPool;
  instances: Instances;
  apps: LoadedApps;
  turns: Turns;
  handling: Handling;
}): Sandbox {
  const { pool, instances, apps, turns, handling } = parts;
  const users = new SerialQueues();
  const sweeper = setInterval(() => {
    for (const app of instances.sweep()) apps.forget(app);
  }, SWEEP_EVERY_MS);
  sweeper.unref();
  return {
    handleInbound: (ref, message, delivery) =>
      users.run(`${appKey(ref)}/${message.from_addr ?? ''}`, () =>
        handling.handle({ ref, id: message.message_id, message }, message, delivery),
      ),
    handleEvent: (ref, event, delivery) =>
      users.run(`${appKey(ref)} ${event.user_message_id}`, () =>
        handling.handle({ ref, id: event.event_id, message: null }, event, delivery),
      ),
    status: () => ({
      runners: pool.active.map(({ pid, rssMb, isolates }) => ({ pid, rss_mb: rssMb, apps: isolates })),
      standby: pool.standby !== null,
      apps: instances.size,
      turns: turns.size,
    }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(sweeper);
      turns.close();
      await pool[Symbol.asyncDispose]();
    },
  };
}

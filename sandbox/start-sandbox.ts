import {
  appKey,
  isSealedAnswer,
  type AppRef,
  type Clock,
  type Delivery,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { CLASSIC_HTTP } from './classic/http.ts';
import { parseSandboxConfig, type SandboxConfig } from './config.ts';
import { createHttpGateway, HTTP_BYTES, type HttpGateway } from './http/gateway.ts';
import { LoadedApps, type AppPorts } from './apps/app.ts';
import type { AppKind } from './app-kind.ts';
import { RunnerKills } from './fleet/runner-kills.ts';
import { eventOrigin, originOf } from './turns/effects-commit.ts';
import { CodeCaches } from './apps/code-caches.ts';
import type { Fleet } from './fleet/fleet.ts';
import { Handling, type HandlingPorts } from './turns/handling.ts';
import { Instances } from './apps/instances.ts';
import { openFleet } from './fleet/open-fleet.ts';
import { ProcessHold } from './process-hold.ts';
import type { QuarantinedApp } from './fleet/quarantine.ts';
import { SerialQueues } from './turns/serial-queues.ts';
import { Turns } from './turns/turns.ts';
import { VersionChoice, type VersionChoicePorts } from './apps/version-choice.ts';

const HTTP_TIMEOUT_MS = 10_000;
/** Share of the memory at which a runner is replaced that its apps may fill. */
const FULL = 0.9;
const SWEEP_EVERY_MS = 10_000;

export interface SandboxPorts extends AppPorts, HandlingPorts, Omit<VersionChoicePorts, 'hasTalks'> {
  /** Answers the HTTP calls of apps in place of the network. */
  readonly http?: HttpGateway;
  /** Opens what was sealed on its way here (core/sealed-answers.ts). */
  readonly openAnswer?: (message: UserMessage) => Promise<UserMessage>;
}

interface RunnerStatus {
  readonly kind: AppKind;
  readonly pid: number;
  readonly rss_mb: number;
  readonly apps: number;
}

export interface SandboxStatus {
  readonly runners: readonly RunnerStatus[];
  /** Whether a runner of each class in use waits warm. */
  readonly standby: boolean;
  /** Apps that killed a runner of others and have one of their own. */
  readonly quarantine: readonly QuarantinedApp[];
  /** Apps that are loaded now. */
  readonly apps: number;
  /** Large workers whose compiled code is kept. */
  readonly caches: number;
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
  const http = { allowPrivate: options.allow_private_http };
  const fleet: Fleet = openFleet(options, ports.logger, {
    onFrame: (runner, frame) => {
      if (frame[0] === 'compiled') caches.onCompiled(runner, frame);
      else turns.onFrame(runner, frame);
    },
    onExit: (runner) => turns.onRunnerGone(runner),
  });
  const caches: CodeCaches = new CodeCaches((kind) => fleet.standbyOf(kind));
  const instances = new Instances(fleet, {
    perRunner: options.isolates_per_runner,
    fullMb: FULL * options.rss_soft_mb,
    idleMs: options.idle_ms,
    now: ports.clock,
    cacheOf: (app) => caches.get(app),
  });
  const kills = new RunnerKills(fleet, (kill) => handling.onRunnerKilled(kill));
  const turns = new Turns(instances, fleet, kills);
  const apps = new LoadedApps(ports, options.limits);
  const handling: Handling = new Handling({
    ports,
    apps,
    versions: new VersionChoice({
      ...ports,
      hasTalks: async (ref, version) => (await apps.load(ref, version)).talks,
    }),
    turns,
    http: {
      sdk: ports.http ?? createHttpGateway({ ...http, timeoutMs: HTTP_TIMEOUT_MS, maxBytes: HTTP_BYTES }),
      classic: ports.http ?? createHttpGateway({ ...http, ...CLASSIC_HTTP }),
    },
    markerTtlMs: options.marker_ttl_ms,
  });
  await fleet.start('sdk');
  const { clock, openAnswer } = ports;
  return sandboxOf({ fleet, caches, instances, apps, turns, handling, clock, openAnswer });
}

function sandboxOf(parts: {
  fleet: Fleet;
  caches: CodeCaches;
  instances: Instances;
  apps: LoadedApps;
  turns: Turns;
  handling: Handling;
  clock: Clock;
  openAnswer: SandboxPorts['openAnswer'];
}): Sandbox {
  const { fleet, caches, instances, apps, turns, handling, clock, openAnswer } = parts;
  const users = new SerialQueues();
  const hold = new ProcessHold();
  const sweeper = setInterval(() => {
    for (const app of instances.sweep()) apps.forget(app);
    fleet.sweep();
  }, SWEEP_EVERY_MS);
  sweeper.unref();
  return {
    handleInbound: (ref, message, delivery) => {
      const arrivedAt = performance.now();
      const handle = (opened: UserMessage): Promise<void> =>
        handling.handle(originOf(ref, opened, clock()), opened, delivery, arrivedAt);
      return hold.during(
        users.run(`${appKey(ref)}/${message.from_addr ?? ''}`, () =>
          openAnswer !== undefined && isSealedAnswer(message)
            ? openAnswer(message).then(handle)
            : handle(message),
        ),
      );
    },
    handleEvent: (ref, event, delivery) => {
      const arrivedAt = performance.now();
      return hold.during(
        users.run(`${appKey(ref)} ${event.user_message_id}`, () =>
          handling.handle(eventOrigin(ref, event, clock()), event, delivery, arrivedAt),
        ),
      );
    },
    status: () => ({
      runners: fleet.active.map(({ kind, pid, rssMb, isolates }) => ({
        kind,
        pid,
        rss_mb: rssMb,
        apps: isolates,
      })),
      standby: fleet.hasStandby,
      quarantine: fleet.quarantined,
      apps: instances.size,
      caches: caches.size,
      turns: turns.size,
    }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(sweeper);
      turns.close();
      await fleet[Symbol.asyncDispose]();
    },
  };
}

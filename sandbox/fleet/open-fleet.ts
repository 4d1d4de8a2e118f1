import { availableParallelism } from 'node:os';
import type { Logger } from '@vumi/core';
import type { parseSandboxConfig } from '../config.ts';
import { KillRecord } from './kill-record.ts';
import { Fleet } from './fleet.ts';
import { createRunnerClasses } from './runner-class.ts';
import type { RunnerListener } from './runner-process.ts';

/** A handler that has just begun may still finish on a runner that retires. */
const DRAIN_SPARE_MS = 1000;
const now = (): number => performance.now();

/** Makes the fleet that the configuration asks for; nothing is started yet. */
export function openFleet(
  options: ReturnType<typeof parseSandboxConfig>,
  logger: Logger,
  listener: RunnerListener,
): Fleet {
  const rss = { rssSoftMb: options.rss_soft_mb, rssHardMb: options.rss_hard_mb };
  const classOf = createRunnerClasses({
    ...rss,
    jit: options.jit,
    lanes: Math.max(1, Math.round(availableParallelism() / options.runners)),
    memoryMb: options.limits.sdk.memory_mb,
    logger,
  });
  return new Fleet(
    {
      ...rss,
      runners: options.runners,
      quarantineRunners: options.quarantine_runners,
      idleMs: options.idle_ms,
      maxAgeMs: options.runner_age_ms,
      drainMs: Math.max(options.limits.sdk.wall_ms, options.limits.classic.wall_ms) + DRAIN_SPARE_MS,
      killRecord: new KillRecord(options.quarantine_ms, now),
      classOf,
      now,
      logger,
    },
    listener,
  );
}

import { silentLogger, VumiError } from '@vumi/core';
import { DEFAULT_LIMITS } from '../limits.ts';
import { createRunnerClasses } from './runner-class.ts';
import { spawnRunner } from './runner-process.ts';
import { createStackMapper } from './stack.ts';

const PROBE_TIMEOUT_MS = 5000;
const INSTANCE = '1';

interface ProbeResult {
  readonly handlers: string[];
}

/** A runner of the probe's own: memory limits are those of one app. */
const RUNNER = {
  jit: 'never',
  lanes: 1,
  memoryMb: DEFAULT_LIMITS.memory_mb,
  rssSoftMb: 300,
  rssHardMb: 600,
  logger: silentLogger,
} as const;

/**
 * Loads a compiled worker in a runner of its own, which is thrown away, and says which handlers it has. Throws
 * `app.load_failed` with the reason, whose stack points into the author's files when `map` is given.
 */
export async function probeWorker(code: string, map: string | null = null): Promise<ProbeResult> {
  const mapStack = createStackMapper(map);
  const runnerClass = await createRunnerClasses(RUNNER)('sdk');
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResult>();
  const fail = (text: string): void => {
    const reason = mapStack(text);
    reject(new VumiError('app.load_failed', `the app does not load: ${reason}`, { details: { reason } }));
  };
  const runner = spawnRunner(runnerClass, {
    onFrame: (_runner, frame) => {
      if (frame[0] === 'loaded') resolve({ handlers: JSON.parse(frame[2]) as string[] });
      if (frame[0] === 'unloadable') fail(JSON.parse(frame[3]) as string);
      if (frame[0] === 'poisoned') fail('its code cannot be stopped');
    },
    onExit: (_runner, how) => fail(`it ended its process (${how})`),
  });
  const timer = setTimeout(() => fail('it takes too long'), PROBE_TIMEOUT_MS);
  try {
    await runner.up();
    const settings = JSON.stringify({ config: {}, limits: DEFAULT_LIMITS });
    const limits = JSON.stringify(DEFAULT_LIMITS);
    runner.send(['load', INSTANCE, 'probe', 'sdk', limits, settings, JSON.stringify(code)]);
    return await promise;
  } finally {
    clearTimeout(timer);
    await runner.end();
  }
}

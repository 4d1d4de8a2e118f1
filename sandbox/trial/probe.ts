import { DEFAULT_LIMITS } from '../limits.ts';
import { prepareApp } from '../supervisor/app.ts';
import { Trial } from './trial.ts';

interface ProbeResult {
  readonly handlers: readonly string[];
}

const NOBODY = { account: 'nobody', app: 'probe' };

/**
 * Loads a compiled worker in a runner of its own, which is thrown away, and says which handlers it has. Throws
 * `app.load_failed` with the reason, whose stack points into the author's files when `map` is given.
 */
export async function probeWorker(code: string, map: string | null = null): Promise<ProbeResult> {
  const app = prepareApp(NOBODY, 0, {
    code: { code, map, manifest: {} },
    settings: { config: {}, secrets: {} },
    limits: DEFAULT_LIMITS,
  });
  await using trial = await Trial.open(app);
  return { handlers: trial.handlers };
}

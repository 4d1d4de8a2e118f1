import { VumiError } from '@vumi/core';
import type { Manifest } from '../bundle/manifest.ts';
import type { Transcript } from '../bundle/transcript.ts';
import type { TurnStart } from '../guest/host.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS } from '../limits.ts';
import { prepareApp, type AppSettings, type LoadedApp } from '../apps/app.ts';
import { overloaded } from './overloaded.ts';
import { runTranscript } from './self-test.ts';
import { Trial } from './trial.ts';

interface ProbeResult {
  readonly handlers: readonly string[];
}

const NOBODY = 'nobody';
const NO_MESSAGE: TurnStart = { kind: 'probe', body: {}, now: 0, ids: ['probe'] };
const WALL_MS = 5000;

export interface ProbeOptions {
  /** Whose place it takes among the trials under way; default: that of all who give none. */
  readonly account?: string;
  /** Default: none. */
  readonly manifest?: Manifest;
  /** Of the app, when it is there already. */
  readonly settings?: AppSettings;
  /** What the app must answer; default: no self-test. */
  readonly transcript?: Transcript;
}

/**
 * Loads a compiled worker in a runner of its own, which is thrown away, and says which handlers it has. Throws
 * `app.load_failed` with the reason, whose stack points into the author's files when `map` is given,
 * `app.self_test_failed` with the step, or `trial.busy` when too many are under way.
 */
export async function probeApp(
  code: string,
  map: string | null = null,
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const {
    account = NOBODY,
    manifest = {},
    settings = { config: {}, secrets: {} },
    transcript = [],
  } = options;
  const app = await prepareApp({ account, app: 'probe' }, 0, {
    code: { code, map, manifest },
    settings,
    limits: { sdk: DEFAULT_LIMITS, classic: CLASSIC_LIMITS },
  });
  await using trial = await Trial.open(app);
  if (app.kind === 'classic') await evaluateOnce(trial, app);
  await runTranscript(trial, app, transcript);
  return { handlers: trial.handlers };
}

/** A classic app is evaluated with each message: here it is without one. */
async function evaluateOnce(trial: Trial, app: LoadedApp): Promise<void> {
  const { end } = await trial.run({
    messageId: 'probe',
    start: JSON.stringify(NO_MESSAGE),
    wallMs: WALL_MS,
    begin: () => undefined,
    answer: () => Promise.reject(new Error('a probe answers nothing')),
  });
  if (end.kind === 'done') return;
  if (end.reason === 'overload') throw overloaded(end.text);
  const reason = app.mapStack(end.text);
  throw new VumiError('app.load_failed', `the app does not load: ${reason}`, { details: { reason } });
}

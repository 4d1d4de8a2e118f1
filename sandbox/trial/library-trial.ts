import { LIBRARY_SETS, type LibrarySet } from '@vumi/classic-libraries';
import { errorText, VumiError } from '@vumi/core';
import type { Bundle } from '../bundle/intake.ts';
import type { LibraryChoice } from '../bundle/package-libraries.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS } from '../limits.ts';
import { prepareApp, type AppSettings } from '../apps/app.ts';
import { hearFirstWords, type FirstWords } from './first-words.ts';
import { madeUpConfig } from './made-up-config.ts';

/** How an error reads when the code calls what a library does not have. */
const MISSING = /is not a (function|constructor)/;

type Heard = Readonly<Record<LibrarySet, FirstWords>>;

export interface LibraryTrialOptions {
  /** Whose place it takes among the trials under way. */
  readonly account: string;
  /** Of the app, when it is there already. */
  readonly settings: AppSettings;
}

async function tryWith(
  libraries: LibrarySet,
  { worker, manifest }: Pick<Bundle, 'worker' | 'manifest'>,
  { account, settings }: LibraryTrialOptions,
): Promise<FirstWords> {
  const config = madeUpConfig(worker.code, settings.config);
  try {
    const app = await prepareApp({ account, app: 'trial' }, 0, {
      code: { ...worker, manifest: { ...manifest, libraries } },
      settings: { ...settings, config },
      limits: { sdk: DEFAULT_LIMITS, classic: CLASSIC_LIMITS },
    });
    return await hearFirstWords(app);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'app.load_failed')
      return { taken: 0, failure: errorText(error), untold: false };
    throw error;
  }
}

/** Greater for libraries with which the app came further; of two that came nowhere, for those that lack nothing. */
function comesFurther(one: FirstWords, other: FirstWords): boolean {
  if (one.untold || other.untold) return false;
  if (one.taken !== other.taken) return one.taken > other.taken;
  return MISSING.test(other.failure ?? '') && !MISSING.test(one.failure ?? '');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function choiceOf({ modern, legacy }: Heard, likely: LibraryChoice): LibraryChoice {
  const because = ({ failure }: FirstWords, set: LibrarySet): string =>
    `in a trial with the ${set} ones it came less far: ${firstLine(failure ?? 'it ended')}`;
  if (comesFurther(modern, legacy)) return { libraries: 'modern', reason: because(legacy, 'legacy') };
  if (comesFurther(legacy, modern)) return { libraries: 'legacy', reason: because(modern, 'modern') };
  return likely;
}

/** What is to be said when a first message fails whichever libraries the app has. */
function silence(heard: Heard): string[] {
  if (LIBRARY_SETS.some((set) => heard[set].taken > 0)) return [];
  const reasons = LIBRARY_SETS.map(
    (set) => `with the ${set} libraries: ${firstLine(heard[set].failure ?? '')}`,
  );
  return [
    `In a trial it answered a first message with neither set of libraries; its configuration may be missing. ${reasons.join('; ')}`,
  ];
}

function described({ libraries, reason }: LibraryChoice): string[] {
  const say = `{ "api": "classic", "libraries": "${libraries}" }`;
  return [
    `Taken for a classic app of Vumi Go with the ${libraries} libraries: ${reason}. Say in vumi.json what it is: ${say}`,
  ];
}

/**
 * Decides which libraries a classic app gets: those that it asks for, else those with which it comes further in a trial
 * conversation, else those that its code looks written for. Nothing that happens in the trial takes effect, and its
 * HTTP calls do not leave.
 */
export async function settleLibraries(
  bundle: Pick<Bundle, 'worker' | 'manifest' | 'libraries'>,
  options: LibraryTrialOptions,
): Promise<Pick<Bundle, 'manifest' | 'warnings'>> {
  const { manifest, libraries } = bundle;
  if (libraries === null) return { manifest, warnings: [] };
  const settled = (choice: LibraryChoice, warnings: readonly string[]) => ({
    manifest: { ...manifest, libraries: choice.libraries, libraries_reason: choice.reason },
    warnings: [...(libraries.isWritten ? [] : described(choice)), ...warnings],
  });
  if (libraries.asked !== null) return settled(libraries.asked, []);
  const heard: Heard = {
    modern: await tryWith('modern', bundle, options),
    legacy: await tryWith('legacy', bundle, options),
  };
  return settled(choiceOf(heard, libraries.likely), silence(heard));
}

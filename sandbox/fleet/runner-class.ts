import type { Logger } from '@vumi/core';
import type { AppKind } from '../app-kind.ts';
import { chooseConfinement, runnerFlags } from './confinement.ts';
import { buildGuest, buildRunner, findNativeModule } from './programs.ts';
import type { RunnerSettings } from '../runner/main.ts';

/** Which kinds of apps get V8's compilers (decision 7). */
export const JIT_SETTINGS = ['never', 'classic', 'always'] as const;

export interface RunnerClassOptions extends Omit<RunnerSettings, 'guest'> {
  readonly jit: (typeof JIT_SETTINGS)[number];
  readonly logger: Logger;
}

/** How runners for one kind of app are started. */
export interface RunnerClass {
  readonly kind: AppKind;
  readonly command: string;
  readonly args: readonly string[];
  /** The runner with the guest in it, as one script. */
  readonly program: string;
}

/** Makes the class of a kind when it is first asked for, and the same one from then on. */
export function createRunnerClasses(options: RunnerClassOptions): (kind: AppKind) => Promise<RunnerClass> {
  const { jit, logger, ...settings } = options;
  const confinement = chooseConfinement(logger);
  const classes = new Map<AppKind, Promise<RunnerClass>>();
  const create = async (kind: AppKind): Promise<RunnerClass> => {
    const hasJit = jit === 'always' || jit === kind;
    // Guests of classic apps are sent when they are needed: there is one for each set of libraries.
    const guest = kind === 'sdk' ? await buildGuest() : null;
    const [{ command, args }, program] = await Promise.all([
      confinement,
      buildRunner({ guest, ...settings }),
    ]);
    return { kind, command, args: [...args, ...runnerFlags(findNativeModule(), hasJit)], program };
  };
  return (kind) => {
    const known = classes.get(kind);
    if (known !== undefined) return known;
    const created = create(kind);
    classes.set(kind, created);
    created.catch(() => classes.delete(kind));
    return created;
  };
}

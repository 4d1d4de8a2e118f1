import { BOOTSTRAP_NAME } from '../script-names.ts';
import {
  apply,
  defineProperty,
  getPrototypeOf,
  indexIn,
  keys,
  push,
  TrustedError,
  text,
  errorToString,
} from './primordials.ts';

/** What V8 tells of one frame, as far as it is used here. */
interface CallSite {
  readonly getFileName: () => unknown;
  readonly getFunctionName: () => unknown;
  readonly getScriptNameOrSourceURL: () => unknown;
  readonly getLineNumber: () => unknown;
  readonly getColumnNumber: () => unknown;
  readonly toString: () => string;
}

/** How V8 lets code have a say in stacks. */
type Prepare = (error: unknown, sites: CallSite[]) => unknown;
const PREPARE = 'prepareStackTrace';
const MOST_FRAMES = 25;

function firstSite(): CallSite {
  const shown = { stack: null as CallSite[] | null };
  Reflect.set(TrustedError, PREPARE, (_error: unknown, sites: CallSite[]) => sites);
  (TrustedError as unknown as { captureStackTrace(into: object): void }).captureStackTrace(shown);
  const [site] = shown.stack ?? [];
  Reflect.deleteProperty(TrustedError, PREPARE);
  if (site === undefined) throw new TrustedError('there is no frame');
  return site;
}

/** All that V8 says of a frame. */
function methodsOf(prototype: CallSite): CallSite {
  const methods: Record<string, unknown> = {};
  const names = Reflect.ownKeys(prototype);
  for (const name of names) {
    const value: unknown = Reflect.get(prototype, name);
    if (typeof name === 'string' && name !== 'constructor' && typeof value === 'function')
      methods[name] = value;
  }
  return methods as unknown as CallSite;
}

/**
 * Keeps the platform's own half of the guest out of stacks and of what an app may ask of their frames: names, places and
 * functions in it are nobody's business. Before any tenant code; once for each realm.
 */
export function hideTrustedFrames(): void {
  // Ten, as V8 has it, may all be the SDK's, and the author's line below them.
  Reflect.set(TrustedError, 'stackTraceLimit', MOST_FRAMES);
  const methods = methodsOf(getPrototypeOf(firstSite()) as CallSite);
  const { getFileName, getFunctionName, getScriptNameOrSourceURL, getLineNumber, getColumnNumber } = methods;
  const isOurs = (site: CallSite): boolean => apply(getFileName, site, []) === BOOTSTRAP_NAME;

  /** Code that was made of a text tells by whom, which is us in the end. */
  function print(site: CallSite): string {
    const shown = text(apply(methods.toString, site, []));
    if (indexIn(shown, BOOTSTRAP_NAME) === -1) return shown;
    const file = text(apply(getScriptNameOrSourceURL, site, []) ?? '<anonymous>');
    const place = `${file}:${text(apply(getLineNumber, site, []))}:${text(apply(getColumnNumber, site, []))}`;
    const name = apply(getFunctionName, site, []);
    return name === null ? place : `${text(name)} (${place})`;
  }

  /** V8 lets nobody change its own: the app gets another that asks it, and does not say by whom code was made. */
  function standIn(site: CallSite): CallSite {
    // Without a prototype, whose setters an app could have made.
    const shown = { __proto__: null } as unknown as Record<string, unknown>;
    const names = keys(methods) as (keyof CallSite)[];
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (name !== undefined) shown[name] = (): unknown => apply(methods[name], site, []);
    }
    shown['toString'] = () => print(site);
    shown['getEvalOrigin'] = () => undefined;
    return shown as unknown as CallSite;
  }

  let given: Prepare | undefined;
  const prepare: Prepare = (error, sites) => {
    const own: CallSite[] = [];
    for (let index = 0; index < sites.length; index++) {
      const site = sites[index];
      if (site !== undefined && !isOurs(site)) push(own, site);
    }
    if (typeof given === 'function') {
      const shown: CallSite[] = [];
      for (let index = 0; index < own.length; index++) {
        const site = own[index];
        if (site !== undefined) push(shown, standIn(site));
      }
      return apply(given, TrustedError, [error, shown]);
    }
    let stack = headOf(error);
    for (let index = 0; index < own.length; index++) {
      const site = own[index];
      if (site !== undefined) stack += `\n    at ${print(site)}`;
    }
    return stack;
  };
  // Nobody can take it away or put another in its place.
  defineProperty(TrustedError, PREPARE, {
    get: () => prepare,
    // Whoever puts back what he has found means none.
    set: (value: Prepare) => (given = value === prepare ? undefined : value),
    enumerable: false,
    configurable: false,
  });
}

function headOf(error: unknown): string {
  try {
    return apply(errorToString, error, []);
  } catch {
    return '<error>';
  }
}

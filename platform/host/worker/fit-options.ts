import { nearest, valueAt, VumiError } from '@vumi/core';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { optionNames } from './option-names.ts';
import type { Options } from './worker-file.ts';

/** More corrections than this are no configuration. */
const MOST = 200;

export interface Fitted {
  readonly options: Options;
  /** What was left out, each with the nearest option that there is. */
  readonly warnings: readonly string[];
}

/**
 * Options as a schema takes them. Texts become what is asked for (`--set-option` gives only texts, and YAML reads a
 * password of digits as a number). Unknown options are left out with a warning, as Vumi ignored them in silence; `strict`
 * refuses them. What is wrong with the rest is left for the worker to say.
 */
export function fitOptions(schema: z.ZodType, given: Options, { strict = false } = {}): Fitted {
  const options = structuredClone(given) as Record<string, unknown>;
  const warnings: string[] = [];
  for (let turn = 0; turn < MOST; turn++) {
    const result = schema.safeParse(options);
    if (result.success) break;
    const changed = result.error.issues.map((issue) => {
      if (issue.code !== 'unrecognized_keys') return corrected(options, issue);
      const left = issue.keys.filter((key) => leaveOut(options, issue.path, key));
      warnings.push(...left.map((key) => warningOf(key, issue.path, schema)));
      return left.length > 0;
    });
    if (!changed.includes(true)) break;
  }
  const [first] = warnings;
  if (strict && first !== undefined) throw new VumiError('config.invalid', first);
  return { options, warnings };
}

/** Vumi's sections, such as a processor's options, are read as if they stood beside the others. */
function leaveOut(options: Options, path: readonly PropertyKey[], key: string): boolean {
  const holder = valueAt(options, path);
  const holders = path.length === 0 ? [holder, ...Object.values(options)] : [holder];
  const found = holders.find((one) => typeof one === 'object' && one !== null && Object.hasOwn(one, key));
  return typeof found === 'object' && found !== null && Reflect.deleteProperty(found, key);
}

function warningOf(key: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const name = [...path, key].join('.');
  const meant = nearest(key, path.length === 0 ? optionNames(schema) : []);
  return `unknown option "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

/** Whether what an issue is about was changed into what is asked for. */
function corrected(options: Options, issue: z.core.$ZodIssue): boolean {
  const { path } = issue;
  const last = path.at(-1);
  const holder = valueAt(options, path.slice(0, -1));
  const value = valueAt(options, path);
  if (last === undefined || typeof holder !== 'object' || holder === null) return false;
  const wanted = wantedBy(issue);
  const fitting = wanted.map((kind) => convert(value, kind)).find((one) => one !== undefined);
  return fitting !== undefined && Reflect.set(holder, last, fitting);
}

/** What would be right in the place of an issue; of a union, in any of its branches. */
function wantedBy(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  if (issue.code === 'invalid_value')
    return issue.values.some((one) => typeof one === 'string') ? ['string'] : ['number'];
  if (issue.code !== 'invalid_union') return [];
  return issue.errors.flat().flatMap((inner) => (inner.path.length === 0 ? wantedBy(inner) : []));
}

const TRUE = /^(?:true|yes|on|1)$/i;
const FALSE = /^(?:false|no|off|0)$/i;

type Convert = (value: string | number) => unknown;

/** What a text or a number becomes; undefined: it cannot. */
const CONVERSIONS: Readonly<Record<string, Convert>> = {
  string: (value) => (typeof value === 'number' ? String(value) : undefined),
  boolean: (value) => (TRUE.test(String(value)) ? true : FALSE.test(String(value)) ? false : undefined),
  number: toNumber,
  int: toNumber,
  array: (value) => {
    const read = readYaml(String(value));
    return Array.isArray(read) ? read : [String(value)];
  },
  object: toMapping,
  record: toMapping,
};

function convert(value: unknown, wanted: string): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // Whether nothing is allowed the issue does not say; if not, the worker will.
  if (value === 'null') return null;
  return CONVERSIONS[wanted]?.(value);
}

function toNumber(value: string | number): number | undefined {
  return String(value).trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
}

/** `--set-option '{a: b}'` */
function toMapping(value: string | number): unknown {
  const read = readYaml(String(value));
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : undefined;
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { stringKeys: true });
  } catch {
    return undefined;
  }
}

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorText, nearest } from '@vumi/core';
import type { Scenario } from '@vumi/testing';
import { usageError } from '../exit.ts';

/** Members of a scenario, with what each is. */
const MEMBERS: Readonly<Record<keyof Scenario, (value: unknown) => boolean>> = {
  app: isText,
  transport: isText,
  code: isText,
  begin: isText,
  phones: (value) => isCount(value) || (isObject(value) && Object.values(value).every(isCount)),
  leavesAt: isCount,
  answers: (value) => isObject(value) && Object.values(value).every(isAnswer),
  languages: isTexts,
  turns: isCount,
  after: isText,
  config: isObject,
  secrets: isObject,
  checks: isObject,
  maxSegments: isCount,
  at: (value) => isText(value) || typeof value === 'number',
  http: (value) => typeof value === 'function',
  last: (value) => value instanceof RegExp,
  platform: isObject,
  price: (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'number'),
  thresholds: (value) => isObject(value) && Object.values(value).every(isLimit),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isAnswer(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'function' || isTexts(value);
}
function isLimit(value: unknown): boolean {
  return (
    (typeof value === 'number' && value >= 0) || (typeof value === 'string' && /^\d+(?:\.\d+)?%$/.test(value))
  );
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Of the app. */
  readonly folder: string;
}

/** Names that parts of a scenario may have. */
export interface Names {
  readonly phones: readonly string[];
  readonly thresholds: readonly string[];
}

/** The default export of a module, checked: what is wrong with it is said with what to do. */
export async function loadScenario(file: string, names: Names): Promise<LoadedScenario> {
  const path = resolve(file);
  if (!existsSync(path))
    throw usageError(
      `there is no scenario ${file}: write one, such as  export default { app: '.', transport: 'ussd' };`,
    );
  const module = (await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw usageError(`${file} does not load: ${errorText(error)}`);
  })) as { readonly default?: unknown };
  const scenario = checked(file, module.default, names);
  return { scenario, folder: resolve(dirname(path), scenario.app) };
}

function checked(file: string, scenario: unknown, names: Names): Scenario {
  if (!isObject(scenario) || !isText((scenario as Partial<Scenario>).app))
    throw usageError(`${file} exports no scenario: export default { app: '.' }, with the folder of the app`);
  checkNames(file, 'a scenario', scenario, Object.keys(MEMBERS));
  for (const [name, value] of Object.entries(scenario) as [keyof Scenario, unknown][])
    if (value !== undefined && !MEMBERS[name](value))
      throw usageError(`${file}: "${name}" cannot be ${JSON.stringify(value) ?? typeof value}`);
  for (const part of ['phones', 'thresholds'] as const) {
    const { [part]: value } = scenario as Scenario;
    if (typeof value === 'object') checkNames(file, `"${part}"`, value, names[part]);
  }
  return scenario as Scenario;
}

function checkNames(file: string, of: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const hint = meant === undefined ? `there are ${known.join(', ')}` : `is it "${meant}"?`;
  throw usageError(`${file}: ${of} has no "${unknown}"; ${hint}`);
}

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { errorText } from '@vumi/core';
import { usageError } from '../exit.ts';
import type { Catalogue, GoFolder } from './go-folder.ts';

/** `endpoint: 'sms'` in code. */
const SENT_BY = /\bendpoint\s*:\s*['"]([A-Za-z][\w.-]{0,63})['"]/g;

/** The configuration of an app, by the keys that Vumi Go gave it. */
export interface GoConfig {
  readonly values: Readonly<Record<string, unknown>>;
  /** Endpoints by which the app sends, `default` first. */
  readonly endpoints: readonly string[];
  /** What was put into it, as sentences. */
  readonly notes: readonly string[];
}

function parseConfig(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${where} is not JSON: ${errorText(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError(`${where} is not a JSON object`);
  return value as Record<string, unknown>;
}

/** Catalogues of one app: those whose names begin like its script's, or those of the only app there is. */
function cataloguesOf(script: string | null, catalogues: readonly Catalogue[]): readonly Catalogue[] {
  const prefixes = new Set(catalogues.map(({ prefix }) => prefix));
  if (prefixes.size <= 1 || script === null) return catalogues;
  const name = basename(script, '.js');
  const fits = [...prefixes].filter(
    (prefix) => prefix !== '' && (name === prefix || name.endsWith(`-${prefix}`)),
  );
  const longest = fits.toSorted((a, b) => b.length - a.length)[0];
  return catalogues.filter(({ prefix }) => prefix === (longest ?? ''));
}

function endpointsIn(config: Record<string, unknown>): Record<string, unknown> {
  const { endpoints } = config;
  return typeof endpoints === 'object' && endpoints !== null ? { ...endpoints } : {};
}

/** Which app a configuration is for. */
export interface GoApp {
  readonly app: string;
  /** The file of its code; null: the code came with the conversation. */
  readonly script: string | null;
  readonly code: string;
  /** The file of its configuration; null: it came with the conversation, or there is none. */
  readonly config: string | null;
}

/** Endpoints by which the code sends and which the configuration does not name are none that work. */
function addEndpoints(config: Record<string, unknown>, code: string): string[] {
  const endpoints = endpointsIn(config);
  const used = new Set(Array.from(code.matchAll(SENT_BY), ([, name = '']) => name));
  const missing = [...used].filter((name) => name !== 'default' && !Object.hasOwn(endpoints, name));
  for (const name of missing) endpoints[name] = { delivery_class: name === 'ussd' ? 'ussd' : 'sms' };
  if (Object.keys(endpoints).length > 0) config['endpoints'] = endpoints;
  return missing.map((name) => `config.endpoints.${name} is added: the code sends by it`);
}

/** The configuration that lies in a folder, with what the toolkit cannot do without. */
export function goConfig(found: GoFolder, { app, script, code, config: file }: GoApp): GoConfig {
  const { config: kept = '{}', ...others } = found.conversation?.config ?? {};
  const notes: string[] = [];
  const text = file === null ? kept : readFileSync(file, 'utf8');
  const config = parseConfig(text, file ?? found.conversation?.file ?? 'the configuration');
  if (typeof config['name'] !== 'string') {
    config['name'] = app;
    notes.push(`config.name, which the toolkit needs, is "${app}"`);
  }
  notes.push(...addEndpoints(config, code));
  const catalogues = cataloguesOf(script, found.catalogues).map(({ file: at, language }) => [
    `translation.${language}`,
    parseConfig(readFileSync(at, 'utf8'), at),
  ]);
  const values = { ...others, ...Object.fromEntries(catalogues), config };
  const names = Object.keys(endpointsIn(config));
  return { values, endpoints: [...new Set(['default', ...names])], notes };
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorText } from '@vumi/core';
import { usageError } from '../exit.ts';

/** What only the code of Vumi Go's apps says. */
const CLASSIC =
  /\bInteractionMachine\b|\bapi\.(on_inbound_(message|event)|on_unknown_command|request|log_info)\b/;
/** Folders in which people keep what belongs to an app. */
const LOOKED_INTO = [
  '.',
  'workers',
  'config',
  'conf',
  'translations',
  'locale',
  'data',
  'export',
  'exports',
  'groups',
];
const NO_SCRIPT = /^(gruntfile|gulpfile)|\.test\.js$/i;
/** `go-app.af.json`, `chw_af.json`, `translation.zul.json`. */
const CATALOGUE = /^(.*?)[._-]?(?:translation\.)?([a-z]{2,3}(?:_[A-Z]{2,3})?)\.json$/;

type Kind = 'contacts' | 'groups' | 'optouts' | 'kv';
const DATA: readonly (readonly [RegExp, Kind])[] = [
  [/^contacts?\b.*\.(csv|ndjson|jsonl|json)$/i, 'contacts'],
  [/^groups?\b.*\.(csv|ndjson|jsonl|json)$/i, 'groups'],
  [/^opt[-_ ]?outs?\b.*\.(csv|txt|ndjson|jsonl|json)$/i, 'optouts'],
  [/^(kv|state)\b.*\.(csv|ndjson|jsonl|json)$/i, 'kv'],
];

/** A conversation as "go_manage_conversation export" wrote it. */
interface GoConversation {
  readonly file: string;
  readonly name: string;
  readonly script: string | null;
  /** Texts by their keys. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Catalogue {
  readonly file: string;
  /** What its name begins with: of which app it is. */
  readonly prefix: string;
  readonly language: string;
}

/** What lies in the folder of an app of Vumi Go, by what it is for. Paths are whole. */
export interface GoFolder {
  readonly folder: string;
  readonly scripts: readonly string[];
  readonly packageJson: string | null;
  readonly manifest: string | null;
  readonly conversation: GoConversation | null;
  readonly configs: readonly string[];
  readonly catalogues: readonly Catalogue[];
  readonly data: Readonly<Record<Kind, readonly string[]>>;
  /** Exports of the members of one group each, in `groups/`. */
  readonly members: readonly string[];
  /** What is of Vumi Go and cannot be moved, as sentences. */
  readonly cannot: readonly string[];
}

interface Found {
  scripts: string[];
  configs: string[];
  catalogues: Catalogue[];
  data: Record<Kind, string[]>;
  members: string[];
  conversation: GoConversation | null;
  cannot: string[];
}

function filesIn(folder: string): string[] {
  return LOOKED_INTO.flatMap((name) => {
    const at = join(folder, name);
    if (!isFolder(at)) return [];
    return readdirSync(at)
      .sort()
      .map((file) => join(at, file))
      .filter((file) => !isFolder(file));
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readIfThere(file: string): string | null {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file, 'utf8') : null;
}

/** The JSON object in a file, null when there is something else in it. */
function objectIn(file: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function conversationIn(file: string, value: Record<string, unknown>): GoConversation {
  const { config, name } = value;
  const script = member(member(config, 'jsbox'), 'javascript');
  const entries = Object.entries(member(config, 'jsbox_app_config') ?? {});
  const texts = entries.map(([key, of]): [string, unknown] => [key, member(of, 'value')]);
  return {
    file,
    name: typeof name === 'string' ? name : '',
    script: typeof script === 'string' && script !== '' ? script : null,
    config: Object.fromEntries(
      texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

function takeJson(file: string, found: Found): void {
  const name = basename(file);
  const value = objectIn(file);
  if (value === null) {
    if (/^config/i.test(name)) found.cannot.push(`${file} is not a JSON object and was passed over`);
    return;
  }
  const language = CATALOGUE.exec(name);
  if (typeof value['conversation_type'] === 'string') found.conversation = conversationIn(file, value);
  else if (language !== null && ('' in value || 'locale_data' in value))
    found.catalogues.push({ file, prefix: language[1] ?? '', language: language[2] ?? '' });
  else if (/^reports/i.test(name))
    found.cannot.push(`${file}: the dashboards of Vumi Go are not there; metrics are at GET …/metrics`);
  else if (/config/i.test(name)) found.configs.push(file);
}

function take(file: string, found: Found): void {
  const name = basename(file);
  if (/^(package(-lock)?|vumi|transcript)\.json$/.test(name)) return;
  if (name.endsWith('.js')) {
    if (!NO_SCRIPT.test(name) && CLASSIC.test(readFileSync(file, 'utf8'))) found.scripts.push(file);
    return;
  }
  if (basename(join(file, '..')) === 'groups' && /\.(csv|ndjson|jsonl|json)$/i.test(name)) {
    found.members.push(file);
    return;
  }
  const kind = DATA.find(([pattern]) => pattern.test(name))?.[1];
  if (kind !== undefined) found.data[kind].push(file);
  else if (name.endsWith('.json')) takeJson(file, found);
  else if (/\.xlsx?$/i.test(name)) found.cannot.push(`${file} is a spreadsheet: save it as CSV`);
}

/** Looks through the folder of an app of Vumi Go. */
export function readGoFolder(folder: string): GoFolder {
  if (!isFolder(folder)) throw usageError(`there is no folder ${folder}`);
  const found: Found = {
    scripts: [],
    configs: [],
    catalogues: [],
    data: { contacts: [], groups: [], optouts: [], kv: [] },
    members: [],
    conversation: null,
    cannot: [],
  };
  for (const file of filesIn(folder)) {
    try {
      take(file, found);
    } catch (error) {
      throw usageError(`cannot read ${file}: ${errorText(error)}`);
    }
  }
  return {
    folder,
    ...found,
    packageJson: readIfThere(join(folder, 'package.json')),
    manifest: readIfThere(join(folder, 'vumi.json')),
  };
}

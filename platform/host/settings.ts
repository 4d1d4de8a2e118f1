import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** One setting of the platform, as the schema tells of it. */
export interface Setting {
  /** Where it stands in the file: `http.port`. */
  readonly path: readonly string[];
  readonly description: string;
  /** As it would be written in the file; undefined: none, or the description says. */
  readonly byDefault: string | undefined;
  /** What it may be, where there is a choice. */
  readonly choices: string | undefined;
  readonly variable: string | undefined;
  readonly flag: string | undefined;
}

interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: Described;
  readonly variable?: string;
  readonly flag?: string;
}

/** Every setting, in the order of the schema. Flags, variables, help and docs/settings.md are made of these. */
export const SETTINGS: readonly Setting[] = settingsIn(
  z.toJSONSchema(configSchema, { io: 'output', unrepresentable: 'any' }) as Described,
  [],
);

function settingsIn({ properties = {} }: Described, path: readonly string[]): Setting[] {
  return Object.entries(properties).flatMap(([key, described]) => {
    const place = [...path, key];
    const isSection = Object.keys(described.properties ?? {}).length > 0;
    return isSection ? settingsIn(described, place) : [settingOf(described, place)];
  });
}

function settingOf(described: Described, path: readonly string[]): Setting {
  const { description = '', variable, flag } = described;
  const told = described.default === undefined || description.includes('Default: ');
  return {
    path,
    description,
    byDefault: told ? undefined : shown(described.default),
    choices: choicesOf(described),
    variable,
    flag,
  };
}

function choicesOf({ enum: one, items }: Described): string | undefined {
  if (one !== undefined) return `one of ${one.join(', ')}`;
  return items?.enum === undefined ? undefined : `some of ${items.enum.join(',')}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.length > 0) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One line about a setting. */
export function describeSetting({ description, byDefault, choices, variable }: Setting): string {
  const isAll = byDefault !== undefined && choices === `some of ${byDefault}`;
  const standard = byDefault === undefined ? undefined : `default ${isAll ? 'all' : byDefault}`;
  const notes = [choices, variable, standard].filter((note) => note !== undefined);
  const text = description.endsWith('.') ? description.slice(0, -1) : description;
  return notes.length === 0 ? text : `${text} (${notes.join('; ')})`;
}

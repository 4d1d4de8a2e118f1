import { findType, loadExtension, parseInput, VumiError } from '@vumi/core';
import { z } from 'zod';
import type { MiddlewareType } from './middleware-type.ts';
import { saidOf } from './said-of.ts';
import { middlewareTypes } from './registry.ts';

/** One middleware as a worker's configuration asks for it. */
export interface MiddlewareEntry {
  readonly name: string;
  /** What stands under the name in the configuration; `{}` when nothing does. */
  readonly options: unknown;
  readonly consumePriority: number;
  readonly publishPriority: number;
  /** Where it is, for one that is no type of ours. */
  readonly file: string | null;
  /** Throws `config.invalid` for a file that holds none. */
  readonly load: () => Promise<MiddlewareType>;
}

export interface TakenMiddleware {
  readonly entries: readonly MiddlewareEntry[];
  /** The worker's own options: without `middleware`, and what stands under the names of that. */
  readonly config: Readonly<Record<string, unknown>>;
}

const priority = z
  .int('a whole number')
  .default(0)
  .describe('Lower ones come first; those that are equal in their order');
const priorities = { consume_priority: priority, publish_priority: priority };
const wordSchema = z.string().min(1, 'names a type or a class');
const itemSchema = z.union(
  [
    wordSchema,
    z.strictObject({ class: wordSchema, ...priorities }),
    z.strictObject({ file: z.string().min(1), ...priorities }),
  ],
  'must be a type, a class of Vumi, `{class, consume_priority, publish_priority}` or `{file}`',
);
const listSchema = z
  .array(
    z
      .record(z.string(), itemSchema)
      .refine((item) => Object.keys(item).length === 1, 'each item has one key: the name of the middleware'),
    'must be a list such as `[{log: logging}]`',
  )
  .nullish();
type Item = z.infer<typeof itemSchema>;

/**
 * Takes the middleware out of a worker's configuration, as Vumi's YAML has it: `middleware: [{name: class}]`, options
 * under the key `name` beside it (spec vumi-core §4). `folder`: where files are looked for; `types`: what a class
 * may be. Throws `config.invalid`.
 */
export function takeMiddleware(
  config: Readonly<Record<string, unknown>>,
  folder: string = process.cwd(),
  types: readonly MiddlewareType[] = Object.values(middlewareTypes),
): TakenMiddleware {
  if (!('middleware' in config)) return { entries: [], config };
  const { middleware: listed } = parseInput(
    z.looseObject({ middleware: listSchema }),
    config,
    'config.invalid',
  );
  const items = (listed ?? []).flatMap((item) => Object.entries(item));
  const names = items.map(([name]) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw invalid(`middleware "${twice}" is listed twice: give each a name of its own`);
  }
  return {
    entries: items.map(([name, item]) => entryOf(name, item, { options: config[name] ?? {}, folder, types })),
    config: Object.fromEntries(
      Object.entries(config).filter(([key]) => key !== 'middleware' && !names.includes(key)),
    ),
  };
}

function entryOf(
  name: string,
  item: Item,
  { options, folder, types }: { options: unknown; folder: string; types: readonly MiddlewareType[] },
): MiddlewareEntry {
  if (name === 'middleware')
    throw invalid('a middleware cannot be called "middleware": its options stand there');
  const given = typeof item === 'string' ? { class: item, consume_priority: 0, publish_priority: 0 } : item;
  const common = {
    name,
    options,
    consumePriority: given.consume_priority,
    publishPriority: given.publish_priority,
  };
  if ('file' in given) {
    const { file } = given;
    return { ...common, file, load: () => loadFile(file, folder) };
  }
  const type = findType(types, given.class, { kind: 'middleware' });
  return { ...common, file: null, load: () => Promise.resolve(type) };
}

/**
 * Checks what somebody asks for who is not at the machine: options too, and no files, for what these hold would be run.
 * Throws `config.invalid`.
 */
export async function checkMiddleware(entries: readonly MiddlewareEntry[]): Promise<void> {
  for (const { name, options, file, load } of entries) {
    if (file !== null) {
      throw invalid(`middleware "${name}": files are for configuration files, not for requests`);
    }
    const { configSchema } = await load();
    await saidOf(name, async () => void parseInput(configSchema, options, 'config.invalid'));
  }
}

/** The default export of a file, made by `defineMiddleware`. */
function loadFile(file: string, folder: string): Promise<MiddlewareType> {
  return loadExtension(file, {
    kind: 'middleware',
    definedBy: 'defineMiddleware',
    isKind: (value): value is MiddlewareType =>
      'start' in value && typeof value.start === 'function' && 'configSchema' in value,
    folder,
  });
}

function invalid(message: string): VumiError {
  return new VumiError('config.invalid', message, { field: 'middleware' });
}

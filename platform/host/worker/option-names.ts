import { z } from 'zod';

/** One option of a type, for people. */
export interface OptionHelp {
  readonly name: string;
  /** `text`, `number`, `list` …, or the values that there are. */
  readonly kind: string;
  readonly required: boolean;
  /** As JSON; null: none. */
  readonly default: string | null;
  readonly description: string;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** The options that a schema has, in its order. */
export function describeOptions(schema: z.ZodType): readonly OptionHelp[] {
  return partsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema).flatMap(
    ({ properties = {}, required = [] }) =>
      Object.entries(properties).map(([name, option]) => ({
        name,
        kind: kindOf(option),
        required: required.includes(name),
        default: option.default === undefined ? null : JSON.stringify(option.default),
        description: option.description ?? '',
      })),
  );
}

export function optionNames(schema: z.ZodType): string[] {
  return describeOptions(schema).map(({ name }) => name);
}

/** A schema of options and, where it is one of several or made of them, its parts. */
function partsOf(schema: JsonSchema): readonly JsonSchema[] {
  return [
    schema,
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(partsOf),
  ];
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'mapping',
};

function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => String(value)).join(' | ');
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (branches.length > 0) return [...new Set(branches.map(kindOf))].join(' or ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => KINDS[type] ?? type).join(' or ') || 'anything';
}

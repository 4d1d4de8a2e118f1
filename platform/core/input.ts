import { z } from 'zod';
import { VumiError, type ErrorCode } from './errors.ts';

/** Of one input that are told of: more help nobody. */
const MOST_PROBLEMS = 50;
/** Longer words are no mistyped names; how far two are apart takes as many steps as both have letters, multiplied. */
const LONGEST_NAME = 100;

/** One thing that is wrong with what somebody wrote. `field` is a path such as `config.system_id`; '' is the whole. */
export interface InputProblem {
  readonly field: string;
  readonly detail: string;
}

/**
 * Checks what a person or a program outside wrote (a request, a configuration) and says everything that is wrong with
 * it: the error names the first field, unknown ones with the nearest known name, and carries all as `errors`.
 */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  code: ErrorCode = 'request.invalid',
): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MOST_PROBLEMS);
  const errors = issues.flatMap((issue) => describeIssue(schema, value, issue)).slice(0, MOST_PROBLEMS);
  const [first] = errors;
  throw new VumiError(code, first?.detail ?? 'the input is invalid', {
    ...(first?.field === '' || first === undefined ? {} : { field: first.field }),
    ...(errors.length > 1 ? { details: { errors } } : {}),
  });
}

/** The candidate that a mistyped word most likely meant, or undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_NAME) return undefined;
  const allowed = Math.max(1, Math.floor(word.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** "; did you mean …?" or "; known are …": the end of a sentence about an unknown name. */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return known.length === 0 ? '' : `; known are ${[...known].sort().join(', ')}`;
}

function describeIssue(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): InputProblem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.slice(0, MOST_PROBLEMS).map((key) => {
      const path = [...issue.path, key].join('.');
      return { field: path, detail: `unknown field "${path}"${suggestion(key, known)}` };
    });
  }
  if (field === '') return [{ field, detail: issue.message }];
  const missing = issue.code === 'invalid_type' && valueAt(value, issue.path) === undefined;
  return [{ field, detail: missing ? `"${field}" is missing` : `"${field}": ${issue.message}` }];
}

/** What stands at a path of keys; undefined when the path ends before. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined,
    value,
  );
}

interface JsonSchemaNode {
  readonly properties?: Record<string, JsonSchemaNode>;
  readonly additionalProperties?: JsonSchemaNode | boolean;
  readonly items?: JsonSchemaNode | boolean;
  readonly anyOf?: JsonSchemaNode[];
  readonly oneOf?: JsonSchemaNode[];
  readonly allOf?: JsonSchemaNode[];
}

/** What the schema calls its fields at a path: read from its JSON Schema, which has no wrappers to look through. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchemaNode;
  const nodes = path.reduce<JsonSchemaNode[]>(
    (current, key) => current.flatMap(branches).flatMap((node) => childrenOf(node, key)),
    [root],
  );
  return [...new Set(nodes.flatMap(branches).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function branches(node: JsonSchemaNode): JsonSchemaNode[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  return [node, ...inner.flatMap(branches)];
}

function childrenOf(node: JsonSchemaNode, key: PropertyKey): JsonSchemaNode[] {
  const child = node.properties?.[String(key)] ?? node.items ?? node.additionalProperties;
  return typeof child === 'object' ? [child] : [];
}

/** Letters to insert, delete, change or swap with their neighbour on the way from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

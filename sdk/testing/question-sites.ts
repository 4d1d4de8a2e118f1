import { SourceMap, type SourceMapPayload } from 'node:module';
import { OPTOUT_HANDLERS } from '@vumi/core';
import type { VersionCode } from '@vumi/sandbox';
import { parse } from 'acorn';
import type { QuestionSite } from './api.ts';

const VERBS: ReadonlySet<unknown> = new Set(['ask', 'choose', 'confirm', 'read']);
/** Of the author's files, not of the SDK nor of packages that lie in the bundle. */
const OWN = /^workers\/(?!npm\/)/;
const POSITION = /worker\.js:(\d+):(\d+)/g;

/** Handlers whose place is looked for, too: no answer leads to them. */
const HANDLERS: ReadonlySet<unknown> = new Set(Object.values(OPTOUT_HANDLERS));

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Where an app asks, and is told of opt-outs, by the positions in its compiled code. */
export class QuestionSites {
  readonly #sites = new Map<string, QuestionSite>();
  readonly #reached = new Set<string>();

  /** `hears`: people can opt out of what the app sends, which they cannot on USSD. */
  constructor({ code, map }: VersionCode, { hears }: { readonly hears: boolean }) {
    if (map === null) return;
    const sources = new SourceMap(JSON.parse(map) as SourceMapPayload);
    const program = parse(code, { ecmaVersion: 'latest', locations: true, allowReturnOutsideFunction: true });
    for (const call of callsIn(program)) {
      if (!hears && HANDLERS.has(call.verb)) continue;
      const { line, column } = call;
      const entry = sources.findEntry(line - 1, column);
      if (!('originalSource' in entry) || !OWN.test(entry.originalSource)) continue;
      const place = `${entry.originalSource}:${entry.originalLine + 1}`;
      this.#sites.set(`${line}:${column + 1}`, { place, verb: call.verb, id: call.id });
    }
  }

  /** Marks the first of its own places in a stack of the app, and gives it; null: there is none. */
  reach(stack: string): QuestionSite | null {
    for (const [, line, column] of stack.matchAll(POSITION)) {
      const position = `${line}:${column}`;
      const site = this.#sites.get(position);
      if (site === undefined) continue;
      this.#reached.add(position);
      return site;
    }
    return null;
  }

  /** Marks where a handler is that was called. */
  reachHandler(name: string): void {
    for (const [position, { verb }] of this.#sites) if (verb === name) this.#reached.add(position);
  }

  get reached(): QuestionSite[] {
    return [...this.#sites].flatMap(([position, site]) => (this.#reached.has(position) ? [site] : []));
  }

  get missed(): QuestionSite[] {
    return [...this.#sites].flatMap(([position, site]) => (this.#reached.has(position) ? [] : [site]));
  }
}

interface Call {
  readonly verb: string;
  readonly id: string | null;
  readonly line: number;
  readonly column: number;
}

function* callsIn(node: unknown): Generator<Call> {
  if (Array.isArray(node)) {
    for (const one of node as unknown[]) yield* callsIn(one);
    return;
  }
  if (!isNode(node)) return;
  const call = node.type === 'CallExpression' ? callOf(node) : handlerOf(node);
  if (call !== null) yield call;
  for (const [name, member] of Object.entries(node)) if (name !== 'loc') yield* callsIn(member);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function callOf({ callee, arguments: given }: Node): Call | null {
  const property = isNode(callee) && callee.type === 'MemberExpression' ? callee['property'] : null;
  if (!isNode(property) || !VERBS.has(property['name'])) return null;
  const options = Array.isArray(given) ? (given as unknown[]).at(-1) : null;
  return { verb: String(property['name']), id: idIn(options), ...startOf(property) };
}

/** A member of an object that is a function with the name of a handler. */
function handlerOf({ type, key, value }: Node): Call | null {
  if (type !== 'Property' || !isNode(key) || !HANDLERS.has(key['name'])) return null;
  if (!isNode(value) || !value.type.endsWith('FunctionExpression')) return null;
  return { verb: String(key['name']), id: null, ...startOf(key) };
}

function startOf(node: Node): Pick<Call, 'line' | 'column'> {
  const { line, column } = (node['loc'] as { readonly start: { line: number; column: number } }).start;
  return { line, column };
}

function idIn(options: unknown): string | null {
  const members = isNode(options) && options.type === 'ObjectExpression' ? options['properties'] : [];
  for (const member of members as readonly Node[]) {
    const { key, value } = member as { readonly key?: Node; readonly value?: Node };
    if (key?.['name'] === 'id' && value?.type === 'Literal') return String(value['value']);
  }
  return null;
}

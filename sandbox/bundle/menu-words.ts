import { SourceMap, type SourceMapPayload } from 'node:module';
import type { MenuWord } from '@vumi/core';
import { parse, type Node } from 'acorn';
import { plainText } from './languages/used-texts.ts';

/** Longer code is not read: somebody waits. */
const MOST_CODE = 1_000_000;
const MOST_WORDS = 2000;
/** What has none of this takes no word that could be found. */
const TAKING = /\bchoose\b|\bconfirm\b|\bread\b|\binterrupts\b|\btakes\b|\bback\b|\bhome\b/;
/** Of the author's files, not of the SDK nor of packages that lie in the bundle. */
const OWN = /^workers\/(?!npm\/)/;
/** As the SDK has them (sdk/talks/menu.ts). */
const KEYS = { more: '98', back: '0', home: '00' } as const;

type Found = Omit<MenuWord, 'place'> & { readonly node: Node };
type Parts = Node & Readonly<Record<string, unknown>>;

/**
 * The words that an app's questions take, as far as they stand in its code: options of `choose` with their numbers and what
 * they accept, yes and no, words of `interrupts` and `takes`, and keys. What is made at run time cannot be known.
 */
export function menuWordsIn({
  code,
  map,
}: {
  readonly code: string;
  readonly map: string | null;
}): MenuWord[] {
  if (map === null || code.length > MOST_CODE || !TAKING.test(code)) return [];
  const sources = new SourceMap(JSON.parse(map) as SourceMapPayload);
  const nodes = nodesIn(code);
  const constants = constantsIn(nodes);
  const words: MenuWord[] = [];
  for (const node of nodes) {
    for (const { node: at, ...found } of wordsOf(node, constants)) {
      const place = placeOf(at, sources);
      if (place !== null && found.word !== '') words.push({ ...found, place });
      if (words.length >= MOST_WORDS) return words;
    }
  }
  return words;
}

/** All of a program, without a call for each level of it: a tenant may nest what he likes. */
function nodesIn(code: string): Parts[] {
  const found: Parts[] = [];
  const left: unknown[] = [];
  try {
    left.push(parse(code, { ecmaVersion: 'latest', locations: true, allowReturnOutsideFunction: true }));
  } catch {
    // Nested deeper than the parser goes.
    return [];
  }
  // In a loop: a call with a list as its arguments has room for some thousands.
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (isNode(value)) found.push(value);
    for (const [name, part] of Object.entries(value as object))
      if (name !== 'loc' && isObject(part)) left.push(part);
  }
  return found.sort((one, other) => one.start - other.start);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isNode(value: unknown): value is Parts {
  return isObject(value) && 'type' in value && typeof value.type === 'string';
}

/** What names stand for that are given a value once, and nowhere else. */
function constantsIn(nodes: readonly Parts[]): ReadonlyMap<string, Node> {
  const values = new Map<string, Node>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const name = node.type === 'VariableDeclarator' ? nameOf(node['id']) : assignedIn(node);
    if (name === null) continue;
    if (!taken.has(name) && isNode(node['init'])) values.set(name, node['init']);
    else values.delete(name);
    taken.add(name);
  }
  return values;
}

function assignedIn(node: Parts): string | null {
  return node.type === 'AssignmentExpression' ? nameOf(node['left']) : null;
}

function wordsOf(node: Parts, constants: ReadonlyMap<string, Node>): Found[] {
  if (node.type === 'CallExpression') return wordsOfCall(node, constants);
  if (node.type !== 'Property') return [];
  const name = nameOf(node['key']);
  const value = resolved(node['value'], constants);
  if (name === 'interrupts')
    return membersOf(value).map(({ key, node: at }) => wordAt(at, key, 'interrupts'));
  if (name === 'takes') return textsIn(value).map((text) => wordAt(node, text, 'takes'));
  const isOn = value?.type === 'Literal' && value['value'] === true;
  return isOn && (name === 'back' || name === 'home') ? [wordAt(node, KEYS[name], name)] : [];
}

/** `mayBeCut`: its beginning will do. */
function wordAt(node: Node, word: string, by: string, mayBeCut = false): Found {
  return { word, by, mayBeCut, node };
}

function wordsOfCall(node: Parts, constants: ReadonlyMap<string, Node>): Found[] {
  const callee = node['callee'];
  if (!isNode(callee) || callee.type !== 'MemberExpression') return [];
  const property = callee['property'];
  const verb = nameOf(property);
  const at = isNode(property) ? property : node;
  if (verb === 'confirm') return ['yes', 'no'].map((text) => wordAt(at, text, verb));
  if (verb === 'read') return [KEYS.more, KEYS.back].map((key) => wordAt(at, key, verb));
  if (verb !== 'choose') return [];
  const options = optionsIn(resolved((node['arguments'] as unknown[])[1], constants));
  return options.flatMap((option, index) => wordsOfOption(option, at, String(index + 1)));
}

function wordsOfOption({ label, accept }: Option, at: Node, number: string): Found[] {
  const by = label === null ? 'choose' : `choose ${JSON.stringify(label)}`;
  const texts = label === null ? accept : [label, ...accept];
  return [wordAt(at, number, by)].concat(texts.map((text) => wordAt(at, text, by, true)));
}

interface Option {
  readonly label: string | null;
  readonly accept: readonly string[];
}

/** `{ key: label }`, or a list of `{ value, label, accept }`. */
function optionsIn(value: Parts | null): Option[] {
  if (value?.type === 'ObjectExpression')
    return membersOf(value).map(({ value: label }) => ({ label: labelOf(label), accept: [] }));
  if (value?.type !== 'ArrayExpression') return [];
  return (value['elements'] as unknown[]).map((element) => {
    const members = isNode(element) ? membersOf(element) : [];
    const member = (name: string): unknown => members.find(({ key }) => key === name)?.value;
    const accept = member('accept');
    return { label: labelOf(member('label')), accept: textsIn(isNode(accept) ? accept : null) };
  });
}

/** A text, or what is translated from it: `t('In a city')`. */
function labelOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type !== 'CallExpression') return plainText(value);
  const callee = isNode(value['callee']) ? value['callee'] : null;
  const name = callee?.type === 'MemberExpression' ? nameOf(callee['property']) : nameOf(callee);
  const [first] = value['arguments'] as unknown[];
  return name !== null && /^t\d*$/.test(name) && isNode(first) ? plainText(first) : null;
}

function textsIn(value: Parts | null): string[] {
  if (value?.type !== 'ArrayExpression') return [];
  const texts = (value['elements'] as unknown[]).map((element) =>
    isNode(element) ? plainText(element) : null,
  );
  return texts.filter((text) => text !== null);
}

function membersOf(
  node: Parts | null,
): { readonly key: string; readonly value: unknown; readonly node: Node }[] {
  if (node?.type !== 'ObjectExpression') return [];
  return (node['properties'] as Parts[]).flatMap((member) => {
    const key = member.type === 'Property' && member['computed'] !== true ? nameOf(member['key']) : null;
    return key === null ? [] : [{ key, value: member['value'], node: member }];
  });
}

/** Of an identifier, or of a key in quotes. */
function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  const name = node.type === 'Identifier' ? node['name'] : node.type === 'Literal' ? node['value'] : null;
  return typeof name === 'string' || typeof name === 'number' ? String(name) : null;
}

function resolved(value: unknown, constants: ReadonlyMap<string, Node>): Parts | null {
  if (!isNode(value)) return null;
  if (value.type !== 'Identifier') return value;
  const constant = constants.get(nameOf(value) ?? '');
  return isNode(constant) ? constant : null;
}

/** `workers/worker.js:12`; null: not in a file of the author's. */
function placeOf({ loc }: Node, sources: SourceMap): string | null {
  if (loc == null) return null;
  const entry = sources.findEntry(loc.start.line - 1, loc.start.column);
  if (!('originalSource' in entry) || !OWN.test(entry.originalSource)) return null;
  return `${entry.originalSource}:${entry.originalLine + 1}`;
}

import { SourceMap, type SourceMapPayload } from 'node:module';
import { extname } from 'node:path/posix';
import { parse, type CallExpression, type Expression, type Node, type Program } from 'acorn';
import { transform } from 'esbuild';

/** A text of the code that can be translated. */
export interface UsedText {
  readonly context: string | null;
  readonly id: string;
  readonly plural: string | null;
  /** Where it stands: `workers/worker.js:12`. */
  readonly places: readonly string[];
}

export interface UsedTexts {
  readonly texts: readonly UsedText[];
  /** Where `t` is given something that is no plain text, which no file can translate. */
  readonly unreadable: readonly string[];
}

/** The texts that `t`, `app.t` and their kin are given in the sources of an app. Throws where one does not compile. */
export async function usedTexts(sources: ReadonlyMap<string, string>): Promise<UsedTexts> {
  const texts = new Map<string, UsedText>();
  const unreadable: string[] = [];
  for (const [path, source] of sources) {
    if (extname(path) === '.json') continue;
    for (const { place, text } of await callsIn(path, source)) {
      if (text === null) {
        unreadable.push(place);
        continue;
      }
      const key = JSON.stringify([text.context, text.id]);
      const known = texts.get(key);
      texts.set(key, { ...text, ...known, places: [...(known?.places ?? []), place] });
    }
  }
  return { texts: [...texts.values()], unreadable };
}

interface Call {
  readonly place: string;
  readonly text: Omit<UsedText, 'places'> | null;
}

async function callsIn(path: string, source: string): Promise<Call[]> {
  const { code, map } = await transform(source, {
    loader: extname(path) === '.ts' ? 'ts' : 'js',
    sourcefile: path,
    sourcemap: 'external',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: {},
  });
  const program = parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
    allowHashBang: true,
  });
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
  const names = namesOfT(program);
  return [...nodesIn(program)].flatMap((node) => {
    const text = isCall(node) ? textOfCall(node, names) : undefined;
    if (text === undefined || node.loc == null) return [];
    const at = sourceMap.findEntry(node.loc.start.line - 1, node.loc.start.column);
    const line = 'originalLine' in at ? at.originalLine + 1 : node.loc.start.line;
    return [{ place: `${path}:${line}`, text }];
  });
}

function isCall(node: Node): node is CallExpression {
  return node.type === 'CallExpression';
}

/** Depth first, in the order of the text. */
function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value as unknown[]) yield* nodesIn(one);
    return;
  }
  if (!('type' in value) || typeof value.type !== 'string') return;
  yield value as Node;
  for (const [name, part] of Object.entries(value)) if (name !== 'loc') yield* nodesIn(part);
}

/** What a file calls the `t` that it imports. */
function namesOfT({ body }: Program): ReadonlySet<string> {
  const imported = body.flatMap((statement) =>
    statement.type === 'ImportDeclaration' && statement.source.value === '@vumi/sdk'
      ? statement.specifiers
      : [],
  );
  return new Set(
    imported.flatMap((one) =>
      one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' && one.imported.name === 't'
        ? [one.local.name]
        : [],
    ),
  );
}

/** Undefined for a call of something else, null for one whose text cannot be read. */
function textOfCall(call: CallExpression, names: ReadonlySet<string>): Call['text'] | undefined {
  const verb = verbOf(call.callee, names);
  if (verb === null) return undefined;
  const [first = null, second = null] = call.arguments.map((argument) => plainText(argument));
  if (first === null || (verb !== 't' && second === null)) return null;
  if (verb === 'context') return { context: first, id: second ?? '', plural: null };
  return { context: null, id: first, plural: verb === 'plural' ? second : null };
}

function verbOf(callee: Node, names: ReadonlySet<string>): 't' | 'plural' | 'context' | null {
  if (isT(callee, names)) return 't';
  const { object, name } = memberOf(callee);
  if ((name !== 'plural' && name !== 'context') || object === null) return null;
  return isT(object, names) ? name : null;
}

/** `t` itself, or that of an app: `app.t`. */
function isT(node: Node, names: ReadonlySet<string>): boolean {
  if (node.type === 'Identifier') return names.has((node as { readonly name?: string }).name ?? '');
  return memberOf(node).name === 't';
}

function memberOf(node: Node): { readonly object: Node | null; readonly name: string | null } {
  if (node.type !== 'MemberExpression') return { object: null, name: null };
  const { object, property } = node as unknown as { object: Node; property: Node & { name?: string } };
  return { object, name: property.type === 'Identifier' ? (property.name ?? null) : null };
}

/** A text in quotes, or several that are added. */
export function plainText(node: Expression | Node): string | null {
  if (node.type === 'Literal') {
    const { value } = node as { readonly value?: unknown };
    return typeof value === 'string' ? value : null;
  }
  if (node.type === 'TemplateLiteral') {
    const { quasis } = node as unknown as { quasis: { value: { cooked?: string | null } }[] };
    return quasis.length === 1 ? (quasis[0]?.value.cooked ?? null) : null;
  }
  if (node.type !== 'BinaryExpression') return null;
  const { operator, left, right } = node as unknown as { operator: string; left: Node; right: Node };
  const parts = operator === '+' ? [plainText(left), plainText(right)] : [null];
  return parts.every((part) => part !== null) ? parts.join('') : null;
}

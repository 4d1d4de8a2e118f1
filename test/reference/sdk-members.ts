import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, type Comment, type Node, type Statement, type VariableDeclaration } from 'oxc-parser';

const ROOT = resolve(import.meta.dirname, '../..');

/** Something that authors can name, as its source has it. */
export interface SdkMember {
  /** `Contacts`, or `Contacts.get`. */
  readonly name: string;
  readonly kind: 'value' | 'type' | 'method' | 'property';
  /** From the root of the repository. */
  readonly file: string;
  /** Several where it can be called in several ways. */
  readonly signatures: readonly string[];
  /** What its JSDoc says. */
  readonly text: string;
  readonly errors: readonly string[];
  readonly examples: readonly string[];
  /** It is exported for the platform, not for authors. */
  readonly isInternal: boolean;
  readonly members: readonly SdkMember[];
}

type Declaration = Extract<Statement, { id?: unknown }> | VariableDeclaration;
type Interface = Extract<Declaration, { type: 'TSInterfaceDeclaration' }>;
type Signature = Interface['body']['body'][number];

interface Doc {
  readonly text: string;
  readonly errors: readonly string[];
  readonly examples: readonly string[];
  readonly isInternal: boolean;
}

interface Exported {
  readonly name: string;
  readonly source: Source;
}

/** A file of TypeScript: what it declares and passes on, by name. */
class Source {
  readonly path: string;
  readonly text: string;
  readonly #body: readonly Statement[];
  readonly #comments: readonly Comment[];
  static readonly #read = new Map<string, Source>();

  private constructor(path: string) {
    this.path = path;
    this.text = readFileSync(path, 'utf8');
    const { program, comments, errors } = parseSync(path, this.text);
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
    this.#body = program.body;
    this.#comments = comments;
  }

  static read(path: string): Source {
    const known = this.#read.get(path) ?? new Source(path);
    this.#read.set(path, known);
    return known;
  }

  /** Names that it exports, in their order, and where each is declared. */
  exported(): Exported[] {
    return this.#body.flatMap((statement): Exported[] => {
      if (statement.type === 'ExportAllDeclaration') return this.#other(statement.source.value).exported();
      if (statement.type !== 'ExportNamedDeclaration') return [];
      const { declaration, specifiers } = statement;
      if (declaration !== null) return [{ name: nameOf(declaration), source: this }];
      return specifiers.map(({ local, exported }) => {
        const [from, name] = [textOfName(local), textOfName(exported)];
        if (from !== name) throw new Error(`${this.path}: ${from} is exported under another name`);
        return { name, source: this.declares(name) };
      });
    });
  }

  /** The file in which a name that is known here is declared. */
  declares(name: string): Source {
    if (this.declaration(name) !== null) return this;
    for (const statement of this.#body) {
      if (statement.type !== 'ImportDeclaration' && statement.type !== 'ExportNamedDeclaration') continue;
      const isOfIt = statement.specifiers.some(({ local }) => textOfName(local) === name);
      if (isOfIt && statement.source !== null) return this.#other(statement.source.value).declares(name);
    }
    throw new Error(`${this.path} does not say what ${name} is`);
  }

  declaration(name: string): { node: Declaration; start: number } | null {
    for (const statement of this.#body) {
      const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (inner === null || !isDeclaration(inner) || nameOf(inner) !== name) continue;
      return { node: inner, start: statement.start };
    }
    return null;
  }

  #other(module: string): Source {
    const path = module.startsWith('.')
      ? resolve(dirname(this.path), module)
      : fileURLToPath(import.meta.resolve(module));
    return Source.read(path);
  }

  /** Of the JSDoc that ends right before a place. */
  docBefore(start: number): Doc {
    const before = this.#comments.findLast(({ end }) => end <= start);
    const isOfIt =
      before?.type === 'Block' &&
      before.value.startsWith('*') &&
      this.text.slice(before.end, start).trim() === '';
    return isOfIt ? readDoc(before.value) : { text: '', errors: [], examples: [], isInternal: false };
  }

  /** Of an array that is declared here: `['a', 'b'] as const`. */
  elementsOf(name: string): string[] {
    const declared = this.declaration(name)?.node;
    const text = declared === undefined ? '' : this.slice(declared);
    return [...text.matchAll(/'[^']*'/g)].map(([literal]) => literal);
  }

  slice({ start, end }: { readonly start: number; readonly end: number }): string {
    return withoutComments(this.text.slice(start, end));
  }
}

const textOfName = (name: Node): string =>
  name.type === 'Identifier' ? name.name : name.type === 'Literal' ? String(name.value) : '';

function isDeclaration(node: Node): node is Declaration {
  return 'id' in node || node.type === 'VariableDeclaration';
}

function nameOf(node: Node): string {
  if (node.type === 'VariableDeclaration') return textOfName(node.declarations[0]?.id ?? node);
  return 'id' in node && node.id !== null && typeof node.id === 'object' ? textOfName(node.id) : '';
}

function withoutComments(text: string): string {
  return text.replaceAll(/\s*\/\*\*[^]*?\*\/|[ \t]*\/\/[^\n]*/g, '');
}

function readDoc(comment: string): Doc {
  const plain = comment
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n');
  const [text = '', ...tags] = plain.split(/^@(?=[a-z]+)/m);
  const tagged = (name: string): string[] =>
    tags.flatMap((tag) => (tag.startsWith(name) ? [tag.slice(name.length).trim()] : []));
  return {
    // The specification is not among the pages.
    text: text.trim().replaceAll(/ \(spec [^)]*\)/g, ''),
    errors: tagged('throws'),
    examples: tagged('example'),
    isInternal: tags.some((tag) => tag.startsWith('hidden')),
  };
}

/** All that a module exports. */
export function membersOf(entry: string): SdkMember[] {
  const exported = Source.read(resolve(ROOT, entry)).exported();
  const names = new Set(exported.map(({ name }) => name));
  return exported.map(({ name, source }) => memberOf(name, source, names));
}

function memberOf(name: string, source: Source, exported: ReadonlySet<string>): SdkMember {
  const declared = source.declaration(name);
  if (declared === null) throw new Error(`${name} is not declared in ${source.path}`);
  const { node, start } = declared;
  const isType = node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration';
  return {
    ...source.docBefore(start),
    name,
    kind: isType ? 'type' : 'value',
    file: relative(ROOT, source.path),
    signatures: [signatureOf(node, source)],
    members: node.type === 'TSInterfaceDeclaration' ? membersIn(node, source, exported) : [],
  };
}

function signatureOf(node: Declaration, source: Source): string {
  switch (node.type) {
    case 'FunctionDeclaration': {
      const { typeParameters, params, returnType } = node;
      const given = params.map((param) => parameterOf(param, source));
      return `${nameOf(node)}${typeParameters ? source.slice(typeParameters) : ''}(${given.join(', ')})${returnType ? source.slice(returnType) : ''}`;
    }
    case 'TSInterfaceDeclaration': {
      const parents = node.extends.map((parent) => source.slice(parent));
      return `interface ${nameOf(node)}${node.typeParameters ? source.slice(node.typeParameters) : ''}${parents.length === 0 ? '' : ` extends ${parents.join(', ')}`}`;
    }
    case 'ClassDeclaration':
      return `class ${nameOf(node)}${node.superClass === null ? '' : ` extends ${source.slice(node.superClass)}`}`;
    case 'VariableDeclaration': {
      const [first] = node.declarations;
      return first === undefined ? '' : `const ${source.slice(first.id)}`;
    }
    case 'TSTypeAliasDeclaration':
      return source
        .slice(node)
        .replace(/;$/, '')
        .replace(/\(typeof (\w+)\)\[number\]/, (_whole, list: string) => source.elementsOf(list).join(' | '));
    default:
      throw new Error(`${nameOf(node)} is something that authors cannot use`);
  }
}

/** A parameter that is taken apart at once is called as its type says. */
function parameterOf(param: Node, source: Source): string {
  if (param.type !== 'AssignmentPattern') return source.slice(param);
  const { left, right } = param;
  if (left.type !== 'ObjectPattern') return `${source.slice(left)} = ${source.slice(right)}`;
  return `options?${left.typeAnnotation ? source.slice(left.typeAnnotation) : ''}`;
}

/** Of an interface and of those that it extends and nobody can name. */
function membersIn(node: Interface, source: Source, exported: ReadonlySet<string>): SdkMember[] {
  const own = node.body.body.flatMap((signature) => {
    const name = memberName(signature);
    return name === null ? [] : [{ name: `${nameOf(node)}.${name}`, signature }];
  });
  const inherited = node.extends.flatMap((parent) => {
    const name = textOfName(parent.expression);
    const hidden = exported.has(name) ? null : source.declaration(name)?.node;
    return hidden?.type === 'TSInterfaceDeclaration' ? membersIn(hidden, source, exported) : [];
  });
  const members = [...Map.groupBy(own, ({ name }) => name)].map(([name, same]) =>
    overloads(
      name,
      same.map(({ signature }) => signature),
      source,
    ),
  );
  const prefix = `${nameOf(node)}.`;
  const named = inherited.map((one) => Object.assign(one, { name: one.name.replace(/^[^.]*\./, prefix) }));
  return [...members, ...named];
}

function memberName(signature: Signature): string | null {
  if (signature.type === 'TSCallSignatureDeclaration') return '()';
  if (signature.type !== 'TSMethodSignature' && signature.type !== 'TSPropertySignature') return null;
  return signature.computed ? null : textOfName(signature.key);
}

function overloads(name: string, signatures: readonly Signature[], source: Source): SdkMember {
  const docs = signatures.map(({ start }) => source.docBefore(start));
  const isMethod = signatures.some(({ type }) => type !== 'TSPropertySignature');
  return {
    name,
    kind: isMethod ? 'method' : 'property',
    file: relative(ROOT, source.path),
    signatures: signatures.map((one) =>
      unindented(source.slice(one))
        .replace(/^readonly /, '')
        .replace(/;$/, ''),
    ),
    text: docs
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('\n\n'),
    errors: docs.flatMap(({ errors }) => errors),
    examples: docs.flatMap(({ examples }) => examples),
    isInternal: docs.some(({ isInternal }) => isInternal),
    members: [],
  };
}

function unindented(text: string): string {
  return text.replaceAll(/\n {2}/g, '\n');
}

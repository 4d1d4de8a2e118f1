import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';

/** An element as it was read. `text` is its own text in one piece, without that of the elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** An element to be written; strings in it are texts. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlNode | string)[];
}

interface Growing {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Growing[];
  text: string;
}

/** Elements within elements. */
const DEEPEST = 64;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
/** XML 1.0 has no way to say them. */
// oxlint-disable-next-line no-control-regex -- they are what is meant
const UNSPEAKABLE = /[\0-\b\v\f\x0e-\x1f\ufffe\uffff]/g;

/**
 * The root of a document; null when it is none. Entities are those of XML alone: a document that declares some is none
 * (spec channels §1.8). A bare `<!DOCTYPE name>` says nothing and is passed over.
 */
export function readXml(body: Buffer): XmlElement | null {
  if (!isUtf8(body)) return null;
  const parser = new SaxesParser();
  const open: Growing[] = [];
  let root: Growing | null = null;
  const fail = (reason: string): never => {
    throw new SyntaxError(reason);
  };
  parser.on('error', (error) => fail(error.message));
  parser.on('doctype', (text) => void (text.includes('[') && fail('a document type with declarations')));
  parser.on('opentag', ({ name, attributes }) => {
    const element: Growing = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    if (open.push(element) > DEEPEST) fail('elements too deep in each other');
  });
  const addText = (text: string): void => {
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  try {
    parser.write(body.toString('utf8')).close();
    return root;
  } catch {
    return null;
  }
}

/** The first element of a name in another. */
export function childOf({ children }: XmlElement, name: string): XmlElement | undefined {
  return children.find((child) => child.name === name);
}

/** The texts of the elements in another by their names; the first of a name counts. */
export function textsOf({ children }: XmlElement): Record<string, string> {
  return Object.fromEntries(children.toReversed().map(({ name, text }) => [name, text.trim()]));
}

export function xmlNode(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (XmlNode | string)[]
): XmlNode {
  return { name, attributes, children };
}

/** Without a declaration: UTF-8 needs none. */
export function writeXml({ name, attributes, children }: XmlNode): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)];
  if (children.length === 0) return `<${start.join(' ')} />`;
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(child) : writeXml(child)));
  return `<${start.join(' ')}>${inner.join('')}</${name}>`;
}

/** As it stands between tags and in attributes. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNSPEAKABLE, '')
    .replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}

/** One message of the protocol (RFC 2812 §2.3.1), without tags. */
export interface IrcLine {
  /** Nickname or server that it is from; "" where it says none. */
  readonly source: string;
  readonly command: string;
  readonly params: readonly string[];
}

/** Null for what is no message. */
export function parseLine(text: string): IrcLine | null {
  const match = /^(?:@\S+ +)?(?::(\S+) +)?(\S+)(.*)$/.exec(text);
  if (match === null) return null;
  const [, prefix = '', command = '', rest = ''] = match;
  return { source: prefix.split('!')[0] ?? '', command: command.toUpperCase(), params: readParams(rest) };
}

function readParams(rest: string): string[] {
  const trailing = rest.indexOf(' :');
  const middle = trailing < 0 ? rest : rest.slice(0, trailing);
  const params = middle.split(' ').filter((param) => param !== '');
  return trailing < 0 ? params : [...params, rest.slice(trailing + 2)];
}

/** The last parameter may hold spaces. What would end a line is left out of all. */
export function encodeLine(command: string, params: readonly string[] = []): string {
  const clean = params.map((param) => param.replaceAll(/[\r\n\0]/g, ''));
  const last = clean.at(-1);
  if (last === undefined) return `${command}\r\n`;
  return `${[command, ...clean.slice(0, -1), `:${last}`].join(' ')}\r\n`;
}

/** How a server compares names: its CASEMAPPING. */
export type CaseMapping = 'ascii' | 'rfc1459' | 'strict-rfc1459';

/** A name in the one form that all its spellings share. */
export function foldCase(name: string, mapping: CaseMapping): string {
  const lower = name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (mapping === 'ascii') return lower;
  const folded = lower.replaceAll('[', '{').replaceAll(']', '}').replaceAll('\\', '|');
  return mapping === 'rfc1459' ? folded.replaceAll('~', '^') : folded;
}

/** The text in parts of at most so many octets, cut at spaces where there is one, else between characters. */
export function cutText(text: string, octets: number): string[] {
  const parts: string[] = [];
  let part = '';
  let length = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (length + size > octets) {
      const space = part.lastIndexOf(' ');
      const cut = space > part.length / 2 ? space : part.length;
      parts.push(part.slice(0, cut));
      part = part.slice(cut).trimStart();
      length = Buffer.byteLength(part);
    }
    part += character;
    length += size;
  }
  return part === '' ? parts : [...parts, part];
}

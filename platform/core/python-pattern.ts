import { errorText, VumiError } from './errors.ts';

/** An escape, a set, or one of the groups that Python writes in its own way: the rest is the same here. */
const PARTS = /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?P<|\(\?P=(\w+)\)/g;
const INLINE_FLAGS = /^\(\?([a-zA-Z]+)\)/;
const KNOWN_FLAGS = /^[imsuLaU]+$/;

/** A match that begins where the text begins, or null. */
export type StartMatcher = (text: string) => RegExpExecArray | null;

/**
 * A regular expression as Vumi's configuration has them: Python's, matched at the start of a text only and in the case
 * that it is written in (`re.match`). Named groups `(?P<name>…)`, `\A`, `\Z` and flags at the start such as `(?i)` are
 * Python's. Throws `config.invalid`.
 */
export function pythonPattern(source: string, option: string): StartMatcher {
  const inline = INLINE_FLAGS.exec(source);
  const flags = inline?.[1] ?? '';
  if (flags !== '' && !KNOWN_FLAGS.test(flags)) throw invalid(source, option, `no flags "${flags}" here`);
  const pattern = source.slice(inline?.[0].length ?? 0).replaceAll(PARTS, (part, name?: string) => {
    if (part === '\\A') return '(?<![\\s\\S])';
    if (part === '\\Z') return '(?![\\s\\S])';
    if (part === '(?P<') return '(?<';
    if (name !== undefined) return `\\k<${name}>`;
    return part.startsWith('[]') || part.startsWith('[^]') ? part.replace(']', '\\]') : part;
  });
  const expression = compile(pattern, `y${flags.replaceAll(/[^ims]/g, '')}`, { source, option });
  return (text) => {
    expression.lastIndex = 0;
    return expression.exec(text);
  };
}

function compile(pattern: string, flags: string, told: { source: string; option: string }): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw invalid(told.source, told.option, errorText(error));
  }
}

function invalid(source: string, option: string, why: string): VumiError {
  return new VumiError('config.invalid', `"${option}": "${source}" is no regular expression: ${why}`, {
    field: option,
  });
}

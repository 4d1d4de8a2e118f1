import { extname } from 'node:path/posix';
import { transform, type Location } from 'esbuild';
import { doesNotCompile } from './compile-errors.ts';

/**
 * esbuild takes `import()` and `require()` of anything but a plain text for a pattern over the file system, which it
 * then searches past all plugins: such calls must not reach it while it bundles.
 */
const COMPUTED_IMPORT =
  /(?<![\w$])(?<![^.]\.)(import|require)(?:\?\.)?\((?!"(?:[^"\\\n]|\\.)*"[),]|'(?:[^'\\\n]|\\.)*'[),])/;
/** Brackets within brackets that no author writes; far more would overflow the compiler's stack. */
const DEEPEST = 10_000;

function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(' || character === '[' || character === '{') depth++;
    else if ((character === ')' || character === ']' || character === '}') && depth > 0) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Where the author wrote it, as well as can be told from the text alone. */
function locate(file: string, text: string, verb: string): Partial<Location> {
  const lines = text.split('\n');
  const call = new RegExp(`(?<![\\w$])${verb}\\s*(?:\\?\\.)?\\((?!\\s*["'])`);
  const found = lines.findIndex((line) => call.test(line));
  const line = Math.max(0, found);
  const lineText = lines[line] ?? '';
  const column = Buffer.byteLength(lineText.slice(0, Math.max(0, lineText.search(call))));
  return { file, line: line + 1, column, lineText };
}

/**
 * Refuses what esbuild must not be asked to bundle. The text is normalised by esbuild first, without bundling, so that
 * comments, line breaks and template texts cannot hide a call. Throws `bundle.does_not_compile`.
 */
export async function checkSource(path: string, text: string): Promise<void> {
  if (extname(path) === '.json') return;
  if (nestsTooDeep(text)) {
    throw doesNotCompile([
      { text: 'brackets lie too deep within each other', location: { file: path, line: 1 } },
    ]);
  }
  const { code } = await transform(text, {
    loader: extname(path) === '.ts' ? 'ts' : 'js',
    sourcefile: path,
    minifyWhitespace: true,
    supported: { 'template-literal': false },
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: {},
  });
  const verb = COMPUTED_IMPORT.exec(code)?.[1];
  if (verb === undefined) return;
  const reason = `${verb}() takes a plain text in quotes here: the file must be known when the app is uploaded`;
  throw doesNotCompile([{ text: reason, location: locate(path, text, verb) }]);
}

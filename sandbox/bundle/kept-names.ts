import { parse, type ModuleDeclaration, type Pattern, type Program, type Statement } from 'acorn';
import { KEPT_NAMES } from '../guest/host.ts';

type Declaration = Statement | ModuleDeclaration;

/** Kinds of declarations whose names only code of the same script sees. */
const LEXICAL = ['let', 'const'];
const ALL = ['var', ...LEXICAL];

/** The names that a pattern binds. */
function namesIn(pattern: Pattern | null): string[] {
  if (pattern === null) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((part) =>
        namesIn(part.type === 'RestElement' ? part.argument : part.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesIn);
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'MemberExpression':
      return [];
    default:
      return pattern satisfies never;
  }
}

function isStrict({ body }: Program): boolean {
  return body.some((statement) => 'directive' in statement && statement.directive === 'use strict');
}

function declared(statement: Declaration, ofStrict: boolean): string[] {
  if (statement.type === 'ClassDeclaration') return [statement.id.name];
  if (statement.type === 'FunctionDeclaration') return ofStrict ? [statement.id.name] : [];
  if (statement.type !== 'VariableDeclaration') return [];
  if (!(ofStrict ? ALL : LEXICAL).includes(statement.kind)) return [];
  return statement.declarations.flatMap(({ id }) => namesIn(id));
}

/** Of a text that is no script: none. */
function keptNames(text: string): string[] {
  try {
    const program = parse(text, { ecmaVersion: 'latest', allowHashBang: true });
    const ofStrict = isStrict(program);
    return [...new Set(program.body.flatMap((statement) => declared(statement, ofStrict)))];
  } catch {
    return [];
  }
}

/**
 * A last statement for a script, whose value tells the guest how to reach the names that the script declares at its top
 * and that an `eval` of it would keep to itself: `let`, `const` and `class`, in a strict script all. Empty when there
 * are none.
 */
export function keptNamesTail(text: string): string {
  const names = keptNames(text).map((name) => {
    const given = name === 'given' ? 'value' : 'given';
    return `[${JSON.stringify(name)},()=>${name},(${given})=>{${name}=${given}}]`;
  });
  return names.length === 0 ? '' : `;[${JSON.stringify(KEPT_NAMES)},${names.join(',')}]\n`;
}

import { formOf, type PluralRule } from '@vumi/sdk';

/** `Plural-Forms` as a file of gettext has it: how many forms there are, and which one a number takes. */
interface PluralForms {
  readonly count: number;
  readonly rule: PluralRule;
}

const LONGEST = 1000;
const MOST_FORMS = 6;
const CHECKED_NUMBERS = 1000;
const TOKEN = /\s*(\d{1,9}|n\b|&&|\|\||[=!<>]=|[-+*/%<>?:!()])/y;

/** From the weakest to the strongest. */
const LEVELS = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']] as const;

/**
 * Reads `nplurals=2; plural=(n != 1);` by the grammar of numbers and operators; nothing of it is run. Null for what
 * does not follow it, or gives a number a form that is not there.
 */
export function parsePluralForms(header: string): PluralForms | null {
  const [, count, text] =
    /^\s*nplurals\s*=\s*(\d)\s*;\s*plural\s*=\s*([^;]{1,1000});?\s*$/.exec(header) ?? [];
  const forms = Number(count);
  if (text === undefined || header.length > LONGEST || forms < 1 || forms > MOST_FORMS) return null;
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const reader = new Reader(tokens);
  const rule = reader.choice();
  return rule !== null && reader.isDone && gives(rule, forms) ? { count: forms, rule } : null;
}

/** Which form a number takes by a header; NaN where it is none. */
export function formFor(header: string, n: number): number {
  return formOf(parsePluralForms(header)?.rule ?? NaN, n);
}

/** Whether numbers take only forms that there are. */
function gives(rule: PluralRule, forms: number): boolean {
  const numbers = Array.from({ length: CHECKED_NUMBERS + 1 }, (_, n) => formOf(rule, n));
  return numbers.every((form) => Number.isInteger(form) && form >= 0 && form < forms);
}

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.trimEnd().length) {
    const [, token] = pattern.exec(text) ?? [];
    if (token === undefined) return null;
    tokens.push(token);
  }
  return tokens;
}

const DEEPEST = 50;

/** By recursive descent; null where the text does not go on as the grammar has it. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  choice(): PluralRule | null {
    this.#depth += 1;
    if (this.#depth > DEEPEST) return null;
    const condition = this.#level(0);
    if (condition === null || !this.#takes('?')) return condition;
    const yes = this.choice();
    const no = this.#takes(':') ? this.choice() : null;
    return yes === null || no === null ? null : { op: '?', of: [condition, yes, no] };
  }

  #level(level: number): PluralRule | null {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    for (;;) {
      const op = operators.find((one) => this.#takes(one));
      if (op === undefined || left === null) return left;
      const right = this.#level(level + 1);
      left = right === null ? null : { op, of: [left, right] };
    }
  }

  #unary(): PluralRule | null {
    if (this.#takes('!')) {
      const of = this.#unary();
      return of === null ? null : { op: '!', of: [of] };
    }
    if (this.#takes('(')) {
      const inner = this.choice();
      this.#depth -= 1;
      return this.#takes(')') ? inner : null;
    }
    if (this.#takes('n')) return 'n';
    const token = this.#tokens[this.#at];
    if (token === undefined || !/^\d+$/.test(token)) return null;
    this.#at += 1;
    return Number(token);
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}

/** Spreadsheets run what starts so as a formula; the wide forms are read as the narrow ones in some of them. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;
/** What may need one of both. */
const NEEDS_CARE = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|[",\r\n]/;

/**
 * One line of CSV (RFC 4180) that a spreadsheet shows as text: what would be a formula gets a leading apostrophe.
 * Plain numbers, such as +27761234567, stay as they are.
 */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!NEEDS_CARE.test(text)) return text;
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a spreadsheet was to show as text, as it was written. */
function plainCell(cell: string): string {
  const rest = cell.slice(1);
  return cell.startsWith("'") && FORMULA.test(rest) && !PLAIN_NUMBER.test(rest) ? rest : cell;
}

/** A row of CSV and the line on which it begins, from one on. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads CSV (RFC 4180) piece by piece. Blank lines are passed over. */
export class CsvReader {
  readonly #separator: string;
  #rows: CsvRow[] = [];
  #cells: string[] = [];
  #cell = '';
  #state: 'plain' | 'quoted' | 'after-quote' = 'plain';
  #line = 1;
  #began = 1;
  #afterReturn = false;

  constructor(separator: string = ',') {
    this.#separator = separator;
  }

  /** The rows that end in this piece. */
  push(text: string): CsvRow[] {
    for (const character of text) this.#take(character);
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** What came after the last line break. Throws when a quote was never closed. */
  end(): CsvRow[] {
    if (this.#state === 'quoted') throw new Error(`line ${this.#began}: a quotation mark is never closed`);
    if (this.#cell !== '' || this.#cells.length > 0) this.#endRow();
    return this.push('');
  }

  #take(character: string): void {
    // A break of two characters is one.
    const isSecondHalf = character === '\n' && this.#afterReturn;
    const isBreak = character === '\n' || character === '\r';
    this.#afterReturn = character === '\r';
    if (isBreak && !isSecondHalf) this.#line++;
    if (this.#state === 'quoted') this.#takeQuoted(character);
    else if (isBreak) {
      if (!isSecondHalf) this.#endRow();
      this.#began = this.#line;
    } else if (character === this.#separator) this.#endCell();
    else this.#takePlain(character);
  }

  #takeQuoted(character: string): void {
    if (character === '"') this.#state = 'after-quote';
    else this.#cell += character;
  }

  #takePlain(character: string): void {
    const opens = character === '"' && (this.#state === 'after-quote' || this.#cell === '');
    if (opens && this.#state === 'plain') this.#state = 'quoted';
    else {
      this.#cell += character;
      if (opens) this.#state = 'quoted';
    }
  }

  #endCell(): void {
    this.#cells.push(plainCell(this.#cell));
    this.#cell = '';
    this.#state = 'plain';
  }

  #endRow(): void {
    this.#endCell();
    const cells = this.#cells;
    this.#cells = [];
    if (cells.some((cell) => cell !== '')) this.#rows.push({ line: this.#began, cells });
  }
}

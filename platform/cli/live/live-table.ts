import { oneLine } from '../output.ts';

/** Null: it is not known. */
export type Value = string | number | null;

export interface Column {
  readonly title: string;
  /** Numbers stand to the right, and the greatest come first. */
  readonly isNumber: boolean;
  readonly text: (value: Value) => string;
}

export interface LiveTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
  /** Index of the column by which it is sorted until somebody says otherwise. */
  readonly sortedBy: number;
}

export const words = (title: string): Column => ({
  title,
  isNumber: false,
  text: (value) => (value === null || value === '' ? '-' : oneLine(String(value))),
});

/** `digits` after the point for numbers below 100. */
export const number = (title: string, digits = 0): Column => ({
  title,
  isNumber: true,
  text: (value) => (typeof value === 'number' ? value.toFixed(value < 100 ? digits : 0) : '-'),
});

export const rate = (title: string): Column => number(`${title}/s`, 1);

/** Rows in the order of a column; what is equal stays in the order of names. */
export function sorted(
  { columns, rows }: LiveTable,
  by: number,
  reversed: boolean,
): readonly (readonly Value[])[] {
  const falls = (columns[by]?.isNumber === true) !== reversed;
  return rows.toSorted((a, b) => {
    const order = compare(a[by] ?? null, b[by] ?? null) * (falls ? -1 : 1);
    return order === 0 ? compare(a[0] ?? null, b[0] ?? null) : order;
  });
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return String(a).localeCompare(String(b));
}

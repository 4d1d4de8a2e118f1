import { foldText } from './keyword.ts';
import { readPhoneNumber } from './phone-number.ts';

/** What an operator has given an account of a transport. */
export interface AssignedNumber {
  readonly account: string;
  readonly transport: string;
  /** A number, a short code or a name of a sender; null: all of the transport's. */
  readonly number: string | null;
  /** Whether it is all numbers that begin so. */
  readonly range: boolean;
  /** Only what begins with this word, of a number that is shared; null: all of it. */
  readonly keyword: string | null;
}

/** What a route needs of a number. */
export interface NumberUse {
  readonly transport: string;
  /** Null: every number. */
  readonly to_addr: string | null;
  readonly keyword: string | null;
}

/** As most addresses come. */
const PLAIN = /^\+?([1-9]\d*)$/;

/** One form for all spellings of an address: what is equal here is the same number. `27…` and `+27…` are. */
export function addressKey(address: string): string {
  const plain = PLAIN.exec(address)?.[1];
  if (plain !== undefined) return plain;
  const text = readPhoneNumber(address) ?? foldText(address).trim();
  return text.replace(/^\+(?=\d)/, '');
}

interface Held {
  readonly row: AssignedNumber;
  /** As keywords are compared. */
  readonly keyword: string | null;
}

/** All that was assigned of numbers that have something in common, whole ones (keyword null) and keywords. */
type Shelf = readonly Held[];

interface Transport {
  readonly numbers: ReadonlyMap<string, Shelf>;
  /** The longest first; what was assigned of the whole transport is the last, its beginning is empty. */
  readonly ranges: readonly { readonly start: string; readonly shelf: Shelf }[];
}

/**
 * Who holds which number. The closest assignment counts: a number before a range, a range before the whole transport,
 * and of one number a keyword before all of it.
 */
export class NumberBook {
  readonly #transports: ReadonlyMap<string, Transport>;

  constructor(assigned: readonly AssignedNumber[]) {
    const byTransport = Map.groupBy(assigned, ({ transport }) => transport);
    this.#transports = new Map(Array.from(byTransport, ([name, all]) => [name, readTransport(all)]));
  }

  /** Whether the account may have what a route says. */
  holds(account: string, use: NumberUse): boolean {
    return this.holders(use).some((holder) => holder.account === account);
  }

  /** Who holds it; several only where they shared a number before numbers were assigned. */
  holders({ transport, to_addr, keyword }: NumberUse): AssignedNumber[] {
    const word = fold(keyword);
    for (const shelf of this.#shelves(transport, to_addr)) {
      const ofKeyword = word === null ? [] : rowsOf(shelf, word);
      if (ofKeyword.length > 0) return ofKeyword;
      const whole = rowsOf(shelf, null);
      if (whole.length > 0) return whole;
    }
    return [];
  }

  /** Whether anything of the address is the account's, so that messages from it may be. Null: of no address. */
  mayUse(account: string, transport: string, address: string | null): boolean {
    const taken = new Set<string | null>();
    for (const shelf of this.#shelves(transport, address)) {
      if (shelf.some(({ row, keyword }) => row.account === account && !taken.has(keyword))) return true;
      for (const { keyword } of shelf) taken.add(keyword);
      if (taken.has(null)) return false;
    }
    return false;
  }

  /** Whether anybody holds anything of the address. */
  isAnybodys(transport: string, address: string | null): boolean {
    return this.#shelves(transport, address).some((shelf) => shelf.length > 0);
  }

  /** The transports of which this very address was assigned to the account. */
  transportsOf(account: string, address: string): string[] {
    const key = addressKey(address);
    return [...this.#transports]
      .filter(([, { numbers }]) => numbers.get(key)?.some(({ row }) => row.account === account) === true)
      .map(([name]) => name);
  }

  /** What was assigned in the very same words. */
  same({ transport, number, range, keyword }: Omit<AssignedNumber, 'account'>): AssignedNumber[] {
    const known = this.#transports.get(transport);
    const key = number === null ? '' : addressKey(number);
    const shelf = isRange({ number, range })
      ? known?.ranges.find(({ start }) => start === key)?.shelf
      : known?.numbers.get(key);
    return rowsOf(shelf ?? [], fold(keyword));
  }

  /** The closest first. */
  #shelves(transport: string, address: string | null): Shelf[] {
    const known = this.#transports.get(transport);
    if (known === undefined) return [];
    const key = address === null ? '' : addressKey(address);
    const ranges = known.ranges.filter(({ start }) => key.startsWith(start)).map(({ shelf }) => shelf);
    const number = known.numbers.get(key);
    return number === undefined || address === null ? ranges : [number, ...ranges];
  }
}

function fold(keyword: string | null): string | null {
  return keyword === null ? null : foldText(keyword);
}

function rowsOf(shelf: Shelf, word: string | null): AssignedNumber[] {
  return shelf.filter(({ keyword }) => keyword === word).map(({ row }) => row);
}

function isRange({ number, range }: Pick<AssignedNumber, 'number' | 'range'>): boolean {
  return range || number === null;
}

function readTransport(all: readonly AssignedNumber[]): Transport {
  const shelved = all.map((row) => ({ row, keyword: fold(row.keyword) }));
  const keyOf = ({ row: { number } }: Held): string => (number === null ? '' : addressKey(number));
  const [ranges, numbers] = [
    shelved.filter(({ row }) => isRange(row)),
    shelved.filter(({ row }) => !isRange(row)),
  ];
  return {
    numbers: Map.groupBy(numbers, keyOf),
    ranges: Array.from(Map.groupBy(ranges, keyOf), ([start, shelf]) => ({ start, shelf })).sort(
      (a, b) => b.start.length - a.start.length,
    ),
  };
}

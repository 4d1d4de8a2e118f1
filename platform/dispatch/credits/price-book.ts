import { addressKey, DEFAULT_PRICES, type PriceId, type UnitPrice } from '@vumi/core';
import type { Price, PriceScope } from '@vumi/store';

type Direction = Price['direction'];

/** What a price is looked for by. `address` is the user's. */
export interface Priced {
  readonly account: string;
  readonly route: string | null;
  readonly transport: string;
  readonly direction: Direction;
  readonly address: string | null;
}

interface Shelf {
  readonly byPrefix: ReadonlyMap<string, Price>;
  readonly longest: number;
}

/** Prices held in memory, the closest first: the account's own, then the route's, then the transport's, then the longest prefix. */
export class PriceBook {
  readonly #shelves: ReadonlyMap<string, Shelf>;

  constructor(prices: readonly Price[]) {
    const grouped = Map.groupBy(prices, shelfKey);
    this.#shelves = new Map(Array.from(grouped, ([key, group]) => [key, shelve(group)]));
  }

  /** Where none matches, the price of core (`DEFAULT_PRICES`), which has no id. */
  find({ account, route, transport, direction, address }: Priced): UnitPrice & { readonly id: PriceId } {
    if (this.#shelves.size > 0) {
      const digits = address === null ? '' : addressKey(address);
      for (const scope of [
        // Of no route there is no price of a route.
        ...(route === null ? [] : [{ account, route, transport: null }]),
        { account, route: null, transport },
        { account, route: null, transport: null },
        { account: null, route: null, transport },
        { account: null, route: null, transport: null },
      ]) {
        const price = longestMatch(this.#shelves.get(shelfKey({ ...scope, direction })), digits);
        if (price !== null) return price;
      }
    }
    return { id: null, ...DEFAULT_PRICES[direction] };
  }
}

function shelfKey({ account, route, transport, direction }: Omit<PriceScope, 'prefix'>): string {
  return JSON.stringify([account, route, transport, direction]);
}

function shelve(prices: readonly Price[]): Shelf {
  const byPrefix = new Map(prices.map((price) => [price.prefix ?? '', price]));
  return { byPrefix, longest: Math.max(...Array.from(byPrefix.keys(), ({ length }) => length)) };
}

function longestMatch(shelf: Shelf | undefined, digits: string): Price | null {
  if (shelf === undefined) return null;
  for (let length = Math.min(shelf.longest, digits.length); length >= 0; length -= 1) {
    const price = shelf.byPrefix.get(digits.slice(0, length));
    if (price !== undefined) return price;
  }
  return null;
}

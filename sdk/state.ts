/** What can be kept in state and configuration: anything that JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A type whose values JSON can say, an interface of yours too; it has `never` in place of members that JSON cannot say, such as functions
 * and Dates.
 */
export type Jsonable<T> = { [K in keyof T]: JsonMember<T[K]> };

type JsonMember<V> = [V] extends [undefined] ? never : JsonPart<V>;
type JsonPart<V> = V extends Json | undefined ? V : V extends NoJson ? never : Jsonable<V>;
type NoJson = symbol | bigint | ((...given: never[]) => unknown) | { toJSON(...given: never[]): unknown };

/** What is no function, nor nothing: of a value itself, members are seen to by `Jsonable`. */
export type SaidByJson<T> = T extends NoJson | undefined ? never : unknown;

export interface SetOptions {
  /** Seconds until the value is forgotten; without it, never. */
  readonly ttl?: number;
}

/**
 * Keyed values. Writes of a handler are seen by its own reads at once and take effect together when it returns.
 * Keys have at most 256 bytes, values at most 64 KB of JSON. Nothing else survives from message to message: global
 * variables may be gone at any time.
 */
export interface StateScope {
  /**
   * The value, or null when there is none. Name the type that you stored.
   *
   * @throws Rejects where the key has more than 256 bytes.
   *
   * @example
   * const basket = (await app.user.get<string[]>('basket')) ?? [];
   * basket; // → []
   */
  get<T = Json>(key: string): Promise<T | null>;

  /**
   * Keeps a value, in place of what was there. Null, as `delete`, leaves nothing.
   *
   * @throws Rejects where the value is no JSON, or more than 64 KB of it.
   *
   * @example
   * await app.user.set('code', '1234', { ttl: 600 }); // forgotten after ten minutes
   * await app.user.get('code'); // → '1234'
   */
  set(key: string, value: unknown, options?: SetOptions): Promise<void>;

  /**
   * Adds to a whole number (absent counts as 0) and resolves to the sum. The count stays right when many users
   * write at once: it is the addition that is stored, not the sum that this handler saw.
   *
   * @throws Rejects where the key has something else than a whole number.
   *
   * @example
   * await app.state.increment('sold', 2); // → 2
   * await app.state.increment('sold'); // → 3
   */
  increment(key: string, by?: number): Promise<number>;

  /**
   * Forgets a value; without effect where there is none.
   *
   * @example
   * await app.user.set('basket', ['apples']);
   * await app.user.delete('basket');
   * await app.user.get('basket'); // → null
   */
  delete(key: string): Promise<void>;
}

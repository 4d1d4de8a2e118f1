/** What can be kept in state and configuration: anything that JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

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
   * @example
   * const basket = (await app.user.get('basket')) ?? [];
   */
  get<T = Json>(key: string): Promise<T | null>;

  /**
   * @example
   * await app.user.set('code', '1234', { ttl: 600 });   // forgotten after ten minutes
   */
  set(key: string, value: unknown, options?: SetOptions): Promise<void>;

  /**
   * Adds to a whole number (absent counts as 0) and resolves to the sum. The count stays right when many users
   * write at once: it is the addition that is stored, not the sum that this handler saw.
   *
   * @example
   * const visits = await app.state.increment('visits');
   */
  increment(key: string, by?: number): Promise<number>;

  /**
   * @example
   * await app.user.delete('basket');
   */
  delete(key: string): Promise<void>;
}

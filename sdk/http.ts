export interface HttpOptions {
  /** `GET` when absent, `POST` when there is a body. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, at most 64 KB. */
  readonly body?: string;
  /** A value to send as JSON, in place of `body`. */
  readonly json?: unknown;
  /**
   * Milliseconds after which the call is given up and rejects. Default: 10,000, but always half a second less than the
   * handler has left, on USSD some two seconds, so that a `catch` can still answer.
   */
  readonly timeout?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 256 KB, as text. */
  readonly body: string;
  /**
   * The body read as JSON; throws when it is not.
   *
   * @example
   * const rates = await app.http.request('https://example.org/rates');
   * rates.json<{ usd: number }>(); // → { usd: 18.2 }
   */
  json<T = unknown>(): T;
}

/**
 * Calls to other services: http and https on their usual ports, public addresses only, 5 calls for each
 * message. Every call carries an `idempotency-key` header that is the same when a message has to be handled again:
 * calls are the one effect that cannot be taken back.
 */
export interface Http {
  /**
   * Resolves for every status; rejects when no answer came.
   *
   * @throws Rejects where no answer came in time, where the host is not public or not allowed, and from the sixth
   * call of a message on.
   *
   * @example
   * const answer = await app.http.request('https://example.org/orders', { json: { item: 7 } });
   * answer.status; // → 201
   * answer.json<{ id: number }>().id; // → 7
   */
  request(url: string, options?: HttpOptions): Promise<HttpResponse>;
}

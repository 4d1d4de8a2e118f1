/**
 * Writes one line of at most 500 characters, with fields that say more.
 *
 * @example
 * app.log.info('sold', { item: 7 });
 */
export type LogLine = (text: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * The log that the app's author reads (`vumi app logs`). At most 100 lines for each message; values of secrets are
 * blotted out. `console.log` and its kin write here too.
 *
 * @example
 * app.log.warn('no such order', { order: 7 });
 */
export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

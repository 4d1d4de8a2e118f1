import { apply, defineProperty, getOwnPropertyDescriptor } from './primordials.ts';

type Formatted = (this: unknown, date?: unknown) => unknown;

/**
 * `Intl.DateTimeFormat` takes the time of day when it is given no date: a clock of milliseconds beside the one that
 * stands still, and an answer that no rerun would repeat. Before any tenant code.
 */
export function stopIntlClock(now: () => number): void {
  const formats = Intl.DateTimeFormat.prototype;
  const given = (date: unknown): unknown[] => [date === undefined ? now() : date];
  // oxlint-disable-next-line typescript/unbound-method -- called through `apply` alone
  const format = getOwnPropertyDescriptor(formats, 'format')?.get;
  const toParts = getOwnPropertyDescriptor(formats, 'formatToParts')?.value as Formatted;
  if (format === undefined) return;
  defineProperty(formats, 'format', {
    configurable: true,
    get(this: unknown) {
      const bound = apply(format, this, []) as Formatted;
      return (date?: unknown) => apply(bound, undefined, given(date));
    },
  });
  defineProperty(formats, 'formatToParts', {
    writable: true,
    configurable: true,
    value(this: unknown, date?: unknown) {
      return apply(toParts, this, given(date));
    },
  });
}

import { VumiError } from '@vumi/core';
import type { Page } from '@vumi/store';

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new VumiError('not_found', `there is no ${what}`);
  return value;
}

export function paged<T>(
  items: readonly T[],
  { cursor = '0', limit = 50 }: { cursor?: string; limit?: number },
): Page<T> {
  const end = Number(cursor) + limit;
  return { items: items.slice(Number(cursor), end), next_cursor: end < items.length ? String(end) : null };
}

import type { ComponentReport } from './records.ts';

/** Types that somebody makes up for each message must not pile up. */
const MOST_TYPES = 50;

/** What is known of a component before a report. */
export interface KnownStatus {
  readonly level: string;
  /** The types that came since the level changed. */
  readonly types: readonly string[];
}

/**
 * Vumi's edge detector (spec vumi-core appendix B): a report is a change when its level is another one, or when its type
 * has not come since the level changed.
 */
export function edgeOf(
  known: KnownStatus | null,
  { level, type }: Pick<ComponentReport, 'level' | 'type'>,
): { readonly isNewLevel: boolean; readonly isEdge: boolean; readonly types: readonly string[] } {
  if (known === null || known.level !== level) return { isNewLevel: true, isEdge: true, types: [type] };
  const isEdge = !known.types.includes(type) && known.types.length < MOST_TYPES;
  return { isNewLevel: false, isEdge, types: isEdge ? [...known.types, type] : known.types };
}

import type { PageQuery } from '../records.ts';

export const COMPONENT_LEVELS = ['ok', 'degraded', 'down'] as const;
export type ComponentLevel = (typeof COMPONENT_LEVELS)[number];

/** `part`: a component of a worker, such as the bind of a transport. */
export const COMPONENT_KINDS = ['process', 'worker', 'part'] as const;
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

/** How a component is now, as somebody says who knows. */
export interface ComponentReport {
  /** Unique: `<system>:<worker>` as Vumi's worker_id, and of a part `<system>:<worker>.<part>`. */
  readonly name: string;
  readonly kind: ComponentKind;
  readonly system_id: string;
  readonly worker: string;
  readonly part: string | null;
  readonly level: ComponentLevel;
  /** A word for programs, such as `bound` or `min-procs-fail`. */
  readonly type: string;
  /** For people. */
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** When it was so, in milliseconds since the epoch. */
  readonly at: number;
}

export interface Component extends Omit<ComponentReport, 'at'> {
  /** When its level changed last. */
  readonly since: string;
  /** When anything of it changed last. */
  readonly changed_at: string;
}

/** A component got another level, or for the first time since then another type (spec vumi-core appendix B). */
export interface ComponentChange {
  readonly name: string;
  readonly level: ComponentLevel;
  /** Null: it was new. */
  readonly level_before: ComponentLevel | null;
  readonly type: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: string;
}

/** A change with its place among those of its component. */
export interface ToldChange extends ComponentChange {
  readonly seq: string;
  readonly part: string | null;
}

/** How far somebody has heard of each component: `seq` by name. */
export type ChangePlaces = Readonly<Record<string, string>>;

export interface ComponentQuery extends PageQuery {
  readonly level?: ComponentLevel | undefined;
  readonly kind?: ComponentKind | undefined;
  /** Part of a name. */
  readonly search?: string | undefined;
  /** Only parts of these workers; absent: everything. */
  readonly partsOf?: readonly string[] | undefined;
}

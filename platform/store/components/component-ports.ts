import type { Page, PageQuery } from '../records.ts';
import type {
  Component,
  ChangePlaces,
  ComponentChange,
  ComponentKind,
  ComponentQuery,
  ComponentReport,
  ToldChange,
} from './records.ts';

/** How the components of the platform are, and how they were. */
export interface Components {
  /** Answers what changed; who says the same again, changes nothing but the message. */
  put(reports: readonly ComponentReport[]): Promise<ComponentChange[]>;
  /** By name. */
  list(query: ComponentQuery): Promise<Page<Component>>;
  get(name: string): Promise<Component>;
  /** Newest first; the last 100 of a component are kept. */
  history(name: string, page: PageQuery): Promise<Page<ComponentChange>>;
  /**
   * Changes of a worker and of its parts, oldest first, at most 100: those behind the places that are named, and of a
   * component without a place the last one.
   */
  changesOf(worker: string, places: ChangePlaces): Promise<ToldChange[]>;
  /** How many there are of each level. */
  counts(): Promise<Readonly<Record<Component['level'], number>>>;
  /** Those that are not well, at most 1000; not the parts of a worker that is missed. */
  troubles(): Promise<Component[]>;
  /** Forgets the components of a kind that are not named, with their history. */
  retain(kind: ComponentKind, names: readonly string[]): Promise<void>;
  /** Forgets the parts of workers that are not named. */
  retainPartsOf(systemId: string, workers: readonly string[]): Promise<void>;
}

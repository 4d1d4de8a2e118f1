import type { Page, PageQuery } from '../records.ts';

/** Tags that belong together. `account` null: of the platform. */
export interface TagPool {
  readonly account: string | null;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How many of its tags are which. */
  readonly free: number;
  readonly in_use: number;
  readonly created_at: string;
}

/** One tag. Owner and reason are those of who has it; null for a free one, and for what was taken without saying. */
export interface Tag {
  readonly pool: string;
  readonly tag: string;
  readonly acquired_at: string | null;
  readonly owner: string | null;
  readonly reason: Readonly<Record<string, unknown>> | null;
}

export interface TagWish {
  /** This one; absent: the one that has been free for the longest time. */
  readonly tag?: string | undefined;
  readonly owner: string | null;
  readonly reason: Readonly<Record<string, unknown>> | null;
}

/**
 * Vumi's tag pools (spec vumi-core §6). Of all that ask for tags at the same time each gets another one, whatever process
 * they are in. `account` null: pools of the platform. Names are any texts of 1 to 255 characters. `not_found` for a pool,
 * or a tag that is named, which is not there.
 */
export interface TagPools {
  /** Makes the pool when it is new, and appends those tags that it has not, sorted. */
  declare(account: string | null, pool: string, tags: readonly string[]): Promise<TagPool>;
  get(account: string | null, pool: string): Promise<TagPool>;
  /** By name. */
  list(account: string | null, page: PageQuery): Promise<Page<TagPool>>;
  /** Replaces all of it. */
  setMetadata(
    account: string | null,
    pool: string,
    metadata: Readonly<Record<string, unknown>>,
  ): Promise<TagPool>;
  /** Null when there is none free, or the one that is wished for is in use. */
  acquire(account: string | null, pool: string, wish: TagWish): Promise<Tag | null>;
  /** Puts it at the end of the free ones. False when it was free already. */
  release(account: string | null, pool: string, tag: string): Promise<boolean>;
  tag(account: string | null, pool: string, tag: string): Promise<Tag>;
  /** Free ones in the order in which they will be taken, those in use by name. */
  tags(
    account: string | null,
    pool: string,
    query: PageQuery & { readonly state: 'free' | 'in_use' },
  ): Promise<Page<Tag>>;
  /** All that somebody has, of all pools; owner null: those that were taken by nobody in particular. */
  owned(account: string | null, owner: string | null): Promise<Tag[]>;
  /** `request.conflict` while one of its tags is in use. */
  purge(account: string | null, pool: string): Promise<void>;
}

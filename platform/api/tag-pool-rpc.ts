import { VumiError } from '@vumi/core';
import type { Tag, TagPools } from '@vumi/store';
import { z } from 'zod';

/** One call, by JSON-RPC 2.0 or, without `jsonrpc`, 1.0. */
interface Call {
  readonly method: string;
  readonly params?: readonly unknown[] | Readonly<Record<string, unknown>> | undefined;
  readonly id?: unknown;
}

interface Method {
  /** Names of the parameters, for those who give them by name. */
  readonly params: readonly string[];
  /** Throws a ZodError for parameters that do not fit. */
  run(pools: TagPools, account: string | null, params: readonly unknown[]): Promise<unknown>;
}

const LARGEST_PAGE = 1000;

const pool = z.string();
/** As Vumi writes tags: the pool, and the name in it. */
const tag = z.tuple([z.string(), z.string()]);
const owner = z.string().nullish();
const reason = z.record(z.string(), z.unknown()).nullish();

/** Vumi's methods (spec vumi-core appendix B). What is not there is null or empty, as it was there, and no error. */
const METHODS = {
  acquire_tag: method(
    ['pool', 'owner', 'reason'],
    z.tuple([pool, owner, reason]),
    async (pools, account, given) => {
      const [name, who, why] = given;
      return found(null, async () => pair(await pools.acquire(account, name, wish(who, why))));
    },
  ),
  acquire_specific_tag: method(
    ['tag', 'owner', 'reason'],
    z.tuple([tag, owner, reason]),
    async (pools, account, given) => {
      const [[name, wanted], who, why] = given;
      return found(null, async () =>
        pair(await pools.acquire(account, name, { ...wish(who, why), tag: wanted })),
      );
    },
  ),
  release_tag: method(['tag'], z.tuple([tag]), async (pools, account, [[name, released]]) => {
    await found(false, () => pools.release(account, name, released));
    return null;
  }),
  declare_tags: method(['tags'], z.tuple([z.array(tag)]), async (pools, account, [tags]) => {
    const byPool = Map.groupBy(tags, ([name]) => name);
    for (const [name, of] of byPool)
      await pools.declare(
        account,
        name,
        of.map(([, each]) => each),
      );
    return null;
  }),
  get_metadata: method(['pool'], z.tuple([pool]), (pools, account, [name]) =>
    found({}, async () => (await pools.get(account, name)).metadata),
  ),
  set_metadata: method(
    ['pool', 'metadata'],
    z.tuple([pool, z.record(z.string(), z.unknown())]),
    async (pools, account, [name, metadata]) => {
      await pools.declare(account, name, []);
      await pools.setMetadata(account, name, metadata);
      return null;
    },
  ),
  purge_pool: method(['pool'], z.tuple([pool]), async (pools, account, [name]) => {
    await found(undefined, () => pools.purge(account, name));
    return null;
  }),
  list_pools: method([], z.tuple([]), (pools, account) =>
    everyPage(async (cursor) => {
      const page = await pools.list(account, { limit: LARGEST_PAGE, ...cursor });
      return { ...page, items: page.items.map(({ name }) => name) };
    }),
  ),
  free_tags: method(['pool'], z.tuple([pool]), (pools, account, [name]) =>
    tagsOf(pools, account, name, 'free'),
  ),
  inuse_tags: method(['pool'], z.tuple([pool]), (pools, account, [name]) =>
    tagsOf(pools, account, name, 'in_use'),
  ),
  acquired_by: method(['tag'], z.tuple([tag]), (pools, account, [[name, wanted]]) =>
    found([null, null], async () => acquiredBy(await pools.tag(account, name, wanted))),
  ),
  owned_tags: method(['owner'], z.tuple([owner]), async (pools, account, [who]) =>
    (await pools.owned(account, who ?? null)).map(pair),
  ),
} as const satisfies Record<string, Method>;

export const tagPoolMethods = Object.keys(METHODS);

/** Answers a call of Vumi's tag pool API; errors of the call are a part of the answer, those of the platform are thrown. */
export async function callTagPool(pools: TagPools, account: string | null, call: Call): Promise<object> {
  const id = call.id ?? null;
  const answer = (part: object): object =>
    'jsonrpc' in call ? { jsonrpc: '2.0', ...part, id } : { result: null, error: null, ...part, id };
  const failed = (code: number, message: string): object => answer({ error: { code, message } });
  const called = Object.entries<Method>(METHODS).find(([name]) => name === call.method)?.[1];
  if (called === undefined) return failed(-32_601, `there is no method "${call.method}"`);
  try {
    return answer({ result: await called.run(pools, account, positional(called, call.params ?? [])) });
  } catch (error) {
    if (error instanceof z.ZodError) {
      return failed(
        -32_602,
        `"${call.method}" takes (${called.params.join(', ')}): ${z.prettifyError(error)}`,
      );
    }
    if (!(error instanceof VumiError) || error.retry) throw error;
    return failed(-32_000, error.message);
  }
}

function method<S extends z.ZodType>(
  params: readonly string[],
  schema: S,
  run: (pools: TagPools, account: string | null, params: z.infer<S>) => Promise<unknown>,
): Method {
  return {
    params,
    run: async (pools, account, given) =>
      run(
        pools,
        account,
        schema.parse(params.map((_, place) => given[place]).concat(given.slice(params.length))),
      ),
  };
}

function positional(called: Method, params: NonNullable<Call['params']>): readonly unknown[] {
  return Array.isArray(params)
    ? params
    : called.params.map((name) => (params as Readonly<Record<string, unknown>>)[name]);
}

async function found<T, E>(otherwise: E, look: () => Promise<T>): Promise<T | E> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return otherwise;
    throw error;
  }
}

function wish(who: string | null | undefined, why: Readonly<Record<string, unknown>> | null | undefined) {
  return { owner: who ?? null, reason: why ?? null };
}

function pair(given: Pick<Tag, 'pool' | 'tag'> | null): [string, string] | null {
  return given === null ? null : [given.pool, given.tag];
}

/** Owner and reason; into that Vumi writes the owner once more, and when. */
function acquiredBy({ owner, reason, acquired_at }: Tag): [string | null, object | null] {
  if (acquired_at === null) return [null, null];
  return [owner, { ...reason, timestamp: Date.parse(acquired_at) / 1000, owner }];
}

function tagsOf(pools: TagPools, account: string | null, name: string, state: 'free' | 'in_use') {
  return found([], () =>
    everyPage(async (cursor) => {
      const page = await pools.tags(account, name, { state, limit: LARGEST_PAGE, ...cursor });
      return { ...page, items: page.items.map(pair) };
    }),
  );
}

async function everyPage<T>(
  ask: (cursor: { cursor?: string }) => Promise<{ items: T[]; next_cursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: T[]; next_cursor: string | null } = await ask(cursor === null ? {} : { cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

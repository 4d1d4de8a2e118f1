import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { fitOptions } from './fit-options.ts';
import type { Options } from './worker-file.ts';

/** Where a worker's state is, when its options say so. */
export type RedisPlace =
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | { readonly kind: 'embedded' };

const schema = z.strictObject({
  host: z.string().default('localhost'),
  port: z.number().int().default(6379),
  db: z.number().int().min(0).default(0),
  username: z.string().optional(),
  password: z.string().optional(),
  key_prefix: z.string().nullish(),
  FAKE_REDIS: z.unknown().optional(),
});

/** Vumi's names for it: of 0.6, of 0.4, and of some of 0.4's transports. */
const OPTIONS = ['redis_manager', 'redis_config', 'redis'] as const;

/**
 * Takes Vumi's `redis_manager` out of a worker's options. Its `key_prefix` and a colon begin the keys as they did, so that
 * what a Python Vumi keeps under the same key is found; without one nothing does. `FAKE_REDIS` is the embedded state.
 * Throws `config.invalid`.
 */
export function takeRedisManager(options: Options): {
  readonly options: Options;
  readonly place: RedisPlace | null;
  readonly warnings: readonly string[];
} {
  const name = OPTIONS.find((option) => options[option] !== undefined);
  if (name === undefined) return { options, place: null, warnings: [] };
  const { [name]: given, ...rest } = options;
  if (given === null || given === 'FAKE_REDIS') {
    return { options: rest, place: given === null ? null : { kind: 'embedded' }, warnings: [] };
  }
  const { options: fitted, warnings } = fitOptions(z.strictObject({ [name]: schema }), { [name]: given });
  const result = schema.safeParse(fitted[name]);
  if (!result.success)
    throw new VumiError('config.invalid', `"${name}": ${z.prettifyError(result.error)}`, { field: name });
  return { options: rest, place: placeOf(result.data), warnings };
}

function placeOf({
  host,
  port,
  db,
  username = '',
  password,
  key_prefix,
  FAKE_REDIS,
}: z.infer<typeof schema>): RedisPlace {
  if (FAKE_REDIS !== undefined && FAKE_REDIS !== null && FAKE_REDIS !== false) return { kind: 'embedded' };
  const user =
    password === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  const prefix = key_prefix === undefined || key_prefix === null || key_prefix === '' ? '' : `${key_prefix}:`;
  return { kind: 'redis', url: `redis://${user}${host}:${port}/${db}`, prefix };
}

import { newId, VumiError, type AppRef, type KeyedState, type StateQuota, type StateWrite } from '@vumi/core';
import type { Manifest } from './bundle/manifest.ts';
import { hideSecretAnswers } from './recording/secret-answers.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS, limitsOf, type Limits } from './limits.ts';
import {
  kvCountKey,
  kvKey,
  kvListPlace,
  sharedStateKey,
  sharedStatePlace,
  userStateKey,
  userStatePlace,
} from './apps/keys.ts';

const MARKER_MS = 60_000;
/** A key and its value; `ttl`, in seconds, absent: it has no end. */
export interface StateEntry {
  readonly key: string;
  readonly value: unknown;
  readonly ttl?: number | undefined;
}

/** Whose state is meant: an app's, or what it keeps of one user. */
export interface StateOwner {
  readonly ref: AppRef;
  /** Of the version that is active. */
  readonly manifest: Manifest;
  /** Of the account, in place of the platform's limits. */
  readonly plan?: Readonly<Record<string, number>> | undefined;
  /** An address: `app.user` of that user. Null: what all of the app's users share. */
  readonly user: string | null;
}

interface Place {
  /** How the platform's names of the keys begin. */
  readonly start: string;
  /** The platform's name of a key. Throws `request.invalid` for what is none. */
  readonly keyOf: (key: string) => string;
  readonly quota: StateQuota;
  /** Where the keys of a classic app are counted. */
  readonly count: string | null;
  readonly limits: Limits;
}

function placeOf(owner: StateOwner): Place {
  return owner.manifest.api === 'classic' ? kvPlaceOf(owner) : statePlaceOf(owner);
}

function statePlaceOf({ ref, manifest, plan, user }: StateOwner): Place {
  const limits = limitsOf(DEFAULT_LIMITS, { plan, manifest: manifest.limits });
  const { place, shared } = sharedStatePlace(ref);
  const common = { quota: { prefix: place, maxKeys: limits.state_keys }, count: null, limits };
  if (user === null) return { ...common, start: shared, keyOf: (key) => sharedStateKey(ref, key) };
  const { start } = userStatePlace(ref, user);
  return { ...common, start, keyOf: (key) => userStateKey(ref, user, key) };
}

function kvPlaceOf({ ref, manifest, plan, user }: StateOwner): Place {
  if (user !== null)
    throw new VumiError('request.invalid', 'an app of Vumi Go keeps what it knows of a user in its kv', {
      field: 'user',
    });
  const scope = manifest.kv ?? 'account';
  const { place, start } = kvListPlace(ref, scope);
  return {
    start,
    keyOf: (key) => kvKey(ref, scope, key),
    quota: { prefix: place, maxKeys: Number.MAX_SAFE_INTEGER },
    count: kvCountKey(ref, scope),
    limits: limitsOf(CLASSIC_LIMITS, { plan, manifest: manifest.limits }),
  };
}

/** Keys and values by the bytes of the keys, from `after` on. */
export async function listAppState(
  state: KeyedState,
  owner: StateOwner,
  { prefix, after, limit }: { prefix: string; after?: string | undefined; limit: number },
): Promise<{ items: StateEntry[]; next: string | null }> {
  const { start, quota } = placeOf(owner);
  const { entries, next } = await state.list({
    place: quota.prefix,
    prefix: start + prefix,
    limit,
    ...(after === undefined ? {} : { after: start + after }),
  });
  const items = entries.map(([key, text]) => ({
    key: key.slice(start.length),
    value: JSON.parse(hideSecretAnswers(text)) as unknown,
  }));
  return { items, next: next === null ? null : next.slice(start.length) };
}

/** Undefined when there is none. */
export async function readAppState(state: KeyedState, owner: StateOwner, key: string): Promise<unknown> {
  const text = await state.get(placeOf(owner).keyOf(key));
  return text === null ? undefined : (JSON.parse(hideSecretAnswers(text)) as unknown);
}

/** Whether the key was there. */
export async function deleteAppState(state: KeyedState, owner: StateOwner, key: string): Promise<boolean> {
  const place = placeOf(owner);
  const name = place.keyOf(key);
  if ((await state.get(name)) === null) return false;
  await commit(state, place, [{ op: 'delete', key: name }], -1);
  return true;
}

/** What became, or would become, of entries. */
export interface StateWritten {
  readonly made: number;
  readonly changed: number;
  readonly unchanged: number;
}

/**
 * Writes all entries or none. What has its value already is left alone, unless it is to have an end. Throws `app.limit`
 * for more keys than the app may keep. `dryRun`: nothing is written.
 */
export async function writeAppState(
  state: KeyedState,
  owner: StateOwner,
  entries: readonly StateEntry[],
  dryRun: boolean = false,
): Promise<StateWritten> {
  const place = placeOf(owner);
  const writes = new Map<string, StateWrite>();
  let made = 0;
  for (const { key, value, ttl } of entries) {
    const text = JSON.stringify(value ?? null);
    if (text.length > place.limits.value_bytes)
      throw new VumiError('app.limit', `a value of state may have ${place.limits.value_bytes} characters`);
    const name = place.keyOf(key);
    const before = writes.has(name) ? '' : await state.get(name);
    if (before === text && ttl === undefined) continue;
    if (before === null) made++;
    const until = ttl === undefined ? {} : { ttlMs: ttl * 1000 };
    writes.set(name, { op: 'set', key: name, value: text, ...until });
  }
  if (writes.size > 0 && !dryRun) await commit(state, place, [...writes.values()], made);
  return { made, changed: writes.size - made, unchanged: entries.length - writes.size };
}

async function commit(
  state: KeyedState,
  { count, quota, limits }: Place,
  writes: readonly StateWrite[],
  added: number,
): Promise<void> {
  if (count !== null && added > 0 && Number((await state.get(count)) ?? 0) + added > limits.state_keys)
    throw new VumiError(
      'app.limit',
      `limit: the apps of an account may keep ${limits.state_keys} keys of kv`,
    );
  const counted: StateWrite[] =
    count === null || added === 0 ? [] : [{ op: 'increment', key: count, by: added }];
  await state.commit({
    marker: `api/state/${newId()}`,
    markerTtlMs: MARKER_MS,
    writes: [...writes, ...counted],
    outbox: [],
    quota,
  });
}

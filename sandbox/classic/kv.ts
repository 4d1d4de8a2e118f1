import type { KeyedState, StateWrite } from '@vumi/core';
import type { TurnScope } from '../resources/turn-scope.ts';
import { kvCountKey, kvKey } from '../supervisor/keys.ts';
import { refuse, succeed, type Command, type Reply } from './replies.ts';

const NO_INTEGER = 'value is not an integer or out of range';

export interface KvPorts {
  readonly state: KeyedState;
}

/** Where an app's keys are: with its account's or on their own (manifest `kv`). */
interface Place {
  readonly key: string;
  readonly count: string;
}

function placeOf({ origin, app }: TurnScope, command: Command): Place | null {
  const { key } = command;
  if (typeof key !== 'string' && typeof key !== 'number') return null;
  const scope = app.manifest.kv ?? 'account';
  return { key: kvKey(origin.ref, scope, String(key)), count: kvCountKey(origin.ref, scope) };
}

/** JSON text of what is under a key, by now; null when nothing is. Throws `state.unavailable`. */
async function read(ports: KvPorts, { effects }: TurnScope, key: string): Promise<string | null> {
  const written = effects.writes.get(key);
  if (written?.op === 'set') return written.value;
  if (written?.op === 'delete') return null;
  const stored = await ports.state.get(key);
  // Another command of this run may have written while this one was waiting.
  const meanwhile = effects.writes.get(key);
  if (meanwhile === undefined) return stored;
  if (meanwhile.op === 'set') return meanwhile.value;
  return meanwhile.op === 'delete' ? null : String(Number(stored ?? 0) + meanwhile.by);
}

/** Adds to what this run adds to a counter, or to the value that it has put there. */
function add({ effects }: TurnScope, key: string, by: number): void {
  const before = effects.writes.get(key);
  const ttl = before?.op === 'set' && before.ttlMs !== undefined ? { ttlMs: before.ttlMs } : {};
  if (before?.op === 'set')
    put(effects.writes, { ...before, value: String(Number(before.value) + by), ...ttl });
  else if (before?.op === 'delete') put(effects.writes, { op: 'set', key, value: String(by) });
  else put(effects.writes, { op: 'increment', key, by: (before?.by ?? 0) + by });
}

function put(writes: Map<string, StateWrite>, write: StateWrite): void {
  writes.set(write.key, write);
}

/** Counts a key that is new. False when there are too many; keys that have expired stay counted, as in Vumi Go. */
async function claim(ports: KvPorts, turn: TurnScope, place: Place): Promise<boolean> {
  if ((await read(ports, turn, place.key)) !== null) return true;
  if (Number((await read(ports, turn, place.count)) ?? 0) >= turn.app.limits.state_keys) return false;
  add(turn, place.count, 1);
  return true;
}

export async function kvGet(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  const json = await read(ports, turn, place.key);
  return succeed({ value: json === null ? null : JSON.parse(json) });
}

export async function kvSet(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const { value = null, seconds = null } = command;
  if (seconds !== null && !Number.isInteger(seconds)) return refuse('seconds must be a number or null');
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  if (typeof seconds === 'number' && seconds <= 0) return refuse('invalid expire time in setex');
  if (!(await claim(ports, turn, place))) return refuse('Too many keys');
  const ttl = typeof seconds === 'number' ? { ttlMs: seconds * 1000 } : {};
  put(turn.effects.writes, { op: 'set', key: place.key, value: JSON.stringify(value), ...ttl });
  return succeed();
}

export async function kvDelete(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  const existed = (await read(ports, turn, place.key)) !== null;
  put(turn.effects.writes, { op: 'delete', key: place.key });
  if (existed) add(turn, place.count, -1);
  return succeed({ existed });
}

export async function kvIncr(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const { amount = 1 } = command;
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  if (!Number.isSafeInteger(amount)) return refuse(NO_INTEGER);
  if (!(await claim(ports, turn, place))) return refuse('Too many keys');
  const before: unknown = JSON.parse((await read(ports, turn, place.key)) ?? '0');
  const sum = Number(before) + Number(amount);
  if (!Number.isSafeInteger(before) || !Number.isSafeInteger(sum)) return refuse(NO_INTEGER);
  add(turn, place.key, Number(amount));
  return succeed({ value: sum });
}

import type { KeyedState, StateWrite } from '@vumi/core';
import { LONGEST_TTL_SECONDS } from '../longest-ttl.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { kvCountKey, kvKey } from '../apps/keys.ts';
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
function add(turn: TurnScope, key: string, by: number): void {
  const before = turn.effects.writes.get(key);
  const ttl = before?.op === 'set' && before.ttlMs !== undefined ? { ttlMs: before.ttlMs } : {};
  if (before?.op === 'set') put(turn, { ...before, value: String(Number(before.value) + by), ...ttl });
  else if (before?.op === 'delete') put(turn, { op: 'set', key, value: String(by) });
  else put(turn, { op: 'increment', key, by: (before?.by ?? 0) + by });
}

function put({ effects }: TurnScope, write: StateWrite): void {
  effects.mustRun();
  effects.writes.set(write.key, write);
}

/** As `read`, for what is not answered with the value: it counts all the same. */
async function weigh(ports: KvPorts, turn: TurnScope, key: string): Promise<string | null> {
  const json = await read(ports, turn, key);
  turn.effects.read(json?.length ?? 0, turn.app.limits.read_bytes);
  return json;
}

/** Counts a key that is new. False when there are too many; keys that have expired stay counted, as in Vumi Go. */
async function claim(ports: KvPorts, turn: TurnScope, place: Place): Promise<boolean> {
  if ((await weigh(ports, turn, place.key)) !== null) return true;
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
  if (typeof seconds === 'number' && (seconds <= 0 || seconds > LONGEST_TTL_SECONDS))
    return refuse('invalid expire time in setex');
  if (!(await claim(ports, turn, place))) return refuse('Too many keys');
  const ttl = typeof seconds === 'number' ? { ttlMs: seconds * 1000 } : {};
  put(turn, { op: 'set', key: place.key, value: JSON.stringify(value), ...ttl });
  return succeed();
}

export async function kvDelete(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  const existed = (await weigh(ports, turn, place.key)) !== null;
  put(turn, { op: 'delete', key: place.key });
  if (existed) add(turn, place.count, -1);
  return succeed({ existed });
}

export async function kvIncr(ports: KvPorts, turn: TurnScope, command: Command): Promise<Reply> {
  const { amount = 1 } = command;
  const place = placeOf(turn, command);
  if (place === null) return refuse("'key' must be given");
  if (!Number.isSafeInteger(amount)) return refuse(NO_INTEGER);
  if (!(await claim(ports, turn, place))) return refuse('Too many keys');
  const before = Number((await read(ports, turn, place.key)) ?? 0);
  const sum = before + Number(amount);
  if (!Number.isSafeInteger(before) || !Number.isSafeInteger(sum)) return refuse(NO_INTEGER);
  add(turn, place.key, Number(amount));
  return succeed({ value: sum });
}

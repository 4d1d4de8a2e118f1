import type { Outgoing } from '../turns/effects-commit.ts';
import type { ShownEffects, ShownWrite } from './classic-effects.ts';

/** Where an app keeps something, as its author calls it. */
const SCOPES: Readonly<Record<ShownWrite['scope'], string>> = {
  user: 'app.user',
  shared: 'app.state',
  kv: 'kv',
};

/** What a turn did; values of secrets stand as their names. */
export interface ReplaySide {
  readonly version: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly cpu_us: number;
  /** Null when the handler failed: then nothing took effect. */
  readonly effects: Record<string, unknown> | null;
  /** What it asked the platform, in order. */
  readonly calls: readonly unknown[];
}

/** What one run did otherwise than another, as sentences that an author can read; none when they did the same. */
export function differencesBetween(then: ReplaySide, now: ReplaySide): string[] {
  const before = (then.effects ?? {}) as Partial<ShownEffects>;
  const after = (now.effects ?? {}) as Partial<ShownEffects>;
  return [
    ...outcomes(then, now),
    ...sends(before.sends ?? [], after.sends ?? []),
    ...writes(before.writes ?? [], after.writes ?? []),
    ...others(before, after),
    ...calls(then.calls, now.calls),
  ];
}

function outcomes(then: ReplaySide, now: ReplaySide): string[] {
  const [before, after] = [outcomeText(then), outcomeText(now)];
  return before === after ? [] : [`outcome: ${before} → ${after}`];
}

/** Stacks point into files that change between versions: the first line says what went wrong. */
function outcomeText({ outcome, error }: ReplaySide): string {
  return outcome === 'threw' ? `threw ${error?.split('\n')[0] ?? ''}` : outcome;
}

function sends(before: readonly Outgoing[], after: readonly Outgoing[]): string[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
    change(`message ${index + 1}`, before[index], after[index], sendText),
  ).flat();
}

function sendText(send: Outgoing): string {
  const { kind, text, metadata } = send;
  const to =
    send.kind === 'send' ? ` to ${send.to}${send.endpoint === undefined ? '' : ` (${send.endpoint})`}` : '';
  const end = send.kind !== 'send' && send.end ? ', ends the session' : '';
  const more = metadata === undefined ? '' : ` ${JSON.stringify(metadata)}`;
  return `${kind}${to} ${JSON.stringify(text)}${more}${end}`;
}

function writes(before: readonly ShownWrite[], after: readonly ShownWrite[]): string[] {
  const name = ({ scope, key }: ShownWrite): string => `${SCOPES[scope]} ${JSON.stringify(key)}`;
  const old = new Map(before.map((write) => [name(write), write]));
  const young = new Map(after.map((write) => [name(write), write]));
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) =>
    change(key, old.get(key), young.get(key), writeText),
  );
}

function writeText(write: ShownWrite): string {
  if (write.op === 'delete') return 'deleted';
  if (write.op === 'increment') return `incremented by ${write.by}`;
  return `= ${write.value}${write.ttl === undefined ? '' : ` for ${write.ttl} s`}`;
}

function change<T>(what: string, before: T | undefined, after: T | undefined, show: (value: T) => string) {
  const [old, young] = [before, after].map((value) => (value === undefined ? 'nothing' : show(value)));
  return old === young ? [] : [`${what}: ${old} → ${young}`];
}

/** Effects of kinds that have no sentence of their own. */
function others(before: object, after: object): string[] {
  const [old, young] = [before, after].map((effects) => new Map(Object.entries(effects))) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  const names = new Set([...old.keys(), ...young.keys()]);
  names.delete('sends');
  names.delete('writes');
  return [...names].flatMap((name) =>
    change(name, old.get(name), young.get(name), (value) => JSON.stringify(value)),
  );
}

function calls(before: readonly unknown[], after: readonly unknown[]): string[] {
  const left = before.map((call) => JSON.stringify(call));
  const added: string[] = [];
  for (const call of after.map((one) => JSON.stringify(one))) {
    const index = left.indexOf(call);
    if (index === -1) added.push(call);
    else left.splice(index, 1);
  }
  return [...left.map((call) => `no longer asks ${call}`), ...added.map((call) => `asks ${call}`)];
}

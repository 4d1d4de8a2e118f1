import { newId, type AppRef, type KeyedState } from '@vumi/core';
import { unpackTalk } from '@vumi/sdk/talks';
import {
  readPin,
  talkKeyOf,
  talkOfPin,
  talkPinKey,
  talkPinPlace,
  type TalkPin,
  type TalkPlace,
} from './apps/talks.ts';

const MARKER_MS = 60_000;
/** Pins that are read at once, and that are ended at once. */
const PAGE = 200;
/** Pins among which the newest are looked for. */
const MOST_PINS = 20_000;

/** A conversation that is open: where its user is. */
interface OpenTalkRow extends TalkPlace {
  readonly version: number;
  readonly screen: string;
  readonly question: string;
  readonly answered: number;
  /** ISO 8601: when the open question was asked. */
  readonly since: string;
}

/** A conversation as it is remembered. */
export interface KeptTalk extends TalkPlace, TalkPin {
  readonly kept: unknown;
}

interface TalkPage {
  readonly version?: number | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The conversations that are open in apps. */
export interface OpenTalksPort {
  /** By user. A page may have fewer than were asked for, and more may follow. */
  list(ref: AppRef, page: TalkPage): Promise<{ items: OpenTalkRow[]; next: string | null }>;
  /** Ends them without a word; a message that is handled at that moment may go on with its own. Answers how many. */
  end(ref: AppRef, version: number | undefined): Promise<number>;
}

export function openTalksOf(state: KeyedState): OpenTalksPort {
  return {
    list: async (ref, { version, after, limit }) => {
      const { pins, next } = await pinsOf(state, ref, { after, limit });
      const chosen = pins.filter((pin) => version === undefined || pin.version === version);
      const rows = await Promise.all(chosen.map(async (pin) => rowOf(pin, await readTalk(state, ref, pin))));
      return { items: rows.filter((row) => row !== null), next };
    },
    end: (ref, version) => endTalks(state, ref, version),
  };
}

/** The newest conversations of other versions, as far as they are written: so many at most. And how many there are. */
export async function newestTalks(
  state: KeyedState,
  ref: AppRef,
  { except, limit }: { readonly except: number; readonly limit: number },
): Promise<{ talks: KeptTalk[]; open: number }> {
  const all: (TalkPlace & TalkPin)[] = [];
  for (let after: string | undefined; all.length < MOST_PINS;) {
    const { pins, next } = await pinsOf(state, ref, { after, limit: PAGE });
    all.push(...pins.filter(({ version }) => version !== except));
    if (next === null) break;
    after = next;
  }
  const newest = all.toSorted((one, other) => other.at - one.at).slice(0, limit);
  const talks: KeptTalk[] = [];
  for (let start = 0; start < newest.length; start += PAGE) {
    const read = newest.slice(start, start + PAGE).map(async (pin): Promise<KeptTalk> => {
      return Object.assign({ kept: await readTalk(state, ref, pin) }, pin);
    });
    talks.push(...(await Promise.all(read)).filter(({ kept }) => kept !== null));
  }
  return { talks, open: all.length - (newest.length - talks.length) };
}

async function pinsOf(
  state: KeyedState,
  ref: AppRef,
  { after, limit }: Pick<TalkPage, 'after' | 'limit'>,
): Promise<{ pins: (TalkPlace & TalkPin)[]; next: string | null }> {
  const { place, start } = talkPinPlace(ref);
  const { entries, next } = await state.list({
    place,
    prefix: start,
    limit,
    ...(after === undefined ? {} : { after: start + after }),
  });
  const pins = entries.map(([key, pin]) => Object.assign(talkOfPin(ref, key), readPin(pin)));
  return { pins, next: next === null ? null : next.slice(start.length) };
}

/** Null where it is over: its pin is kept for a while longer. */
async function readTalk(state: KeyedState, ref: AppRef, place: TalkPlace): Promise<unknown> {
  const kept = await state.get(talkKeyOf(ref, place));
  return kept === null ? null : (JSON.parse(kept) as unknown);
}

function rowOf({ user, to, version }: TalkPlace & TalkPin, kept: unknown): OpenTalkRow | null {
  const talk = unpackTalk(kept);
  const screen = talk?.frames.at(-1)?.screen;
  if (talk === null || screen === undefined) return null;
  const { wait, answers } = talk;
  const since = new Date(wait.since).toISOString();
  return { user, to, version, screen, question: wait.tag, answered: answers, since };
}

async function endTalks(state: KeyedState, ref: AppRef, version: number | undefined): Promise<number> {
  const { place: prefix } = talkPinPlace(ref);
  let ended = 0;
  for (let after: string | undefined; ;) {
    const { pins, next } = await pinsOf(state, ref, { after, limit: PAGE });
    const chosen = pins.filter((pin) => version === undefined || pin.version === version);
    const keys = await Promise.all(
      chosen.map(async (pin) => ({ pin, isOpen: (await readTalk(state, ref, pin)) !== null })),
    );
    if (keys.length > 0)
      await state.commit({
        marker: `api/talks/${newId()}`,
        markerTtlMs: MARKER_MS,
        writes: keys.flatMap(({ pin }) => [
          { op: 'delete', key: talkKeyOf(ref, pin) } as const,
          { op: 'delete', key: talkPinKey(ref, pin) } as const,
        ]),
        outbox: [],
        quota: { prefix, maxKeys: Number.MAX_SAFE_INTEGER },
      });
    ended += keys.filter(({ isOpen }) => isOpen).length;
    if (next === null) return ended;
    after = next;
  }
}

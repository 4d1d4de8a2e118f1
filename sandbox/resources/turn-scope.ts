import {
  deriveId,
  VumiError,
  type EndpointFaults,
  type KeyedState,
  type StateWrite,
  type UserMessage,
} from '@vumi/core';
import {
  changeContact,
  contactKey,
  type AccountRecords,
  type Contact,
  type ContactEffect,
  type ContactGroup,
  type Identity,
  type Optout,
  type StoreEffect,
} from '@vumi/records';
import type { LoadedApp } from '../apps/app.ts';
import type { GuestLogLine } from '../effects.ts';
import { noRoute } from '../no-route.ts';
import type { TurnOrigin } from '../turns/effects-commit.ts';

/** Steps of comparing texts that the searches of one message may take, a few milliseconds. */
const MOST_STEPS = 4_000_000;
const MOST_LINKS = 5;

/** What one run of a handler has left with the platform so far. It is dropped when the run is lost or fails. */
export class TurnEffects {
  readonly store: StoreEffect[] = [];
  /** The call by which each of them was made. */
  readonly #calls = new WeakMap<StoreEffect, number>();
  /** By key, as the state will be. An app of the SDK keeps its own in the guest. */
  readonly writes = new Map<string, StateWrite>();
  readonly messages: UserMessage[] = [];
  /** What the author is told beside what his app logs. */
  readonly notes: GuestLogLine[] = [];
  httpCalls = 0;
  /** By how much a schedule was put off that goes on without a pause. */
  brakedMs = 0;
  /** The account's groups as they were stored, once somebody has asked. */
  groups: Promise<readonly ContactGroup[]> | null = null;
  /** Open schedules of the app that are stored, likewise. */
  schedules: Promise<number> | null = null;
  /** Opt-outs that are stored, likewise; by type and address. */
  readonly optouts = new Map<string, Promise<Optout | null>>();
  /** Contacts that this run has touched, as they are now; null: deleted. */
  readonly contacts = new Map<string, Contact | null>();
  /** People whose addresses this run has changed, as they are now; by id. */
  readonly identities = new Map<string, Identity>();
  #bytes = 0;
  #made = 0;
  #links = 0;
  #read = 0;
  #steps = 0;
  #isOver = false;

  /** The handler has ended: who was not answered by then has no effect. */
  end(): void {
    this.#isOver = true;
  }

  /** Throws when the handler has ended. Before each effect. */
  mustRun(): void {
    if (this.#isOver) throw new VumiError('request.invalid', 'the handler of this message has ended');
  }

  /** Counts what was looked up for the handler. Throws `app.limit` when there was too much; call it with 0 before. */
  read(characters: number, most: number): void {
    this.#read += characters;
    if (this.#read <= most) return;
    throw new VumiError('app.limit', `limit: a message may look up ${most} characters in all`);
  }

  /** Counts what comparing texts may take, before it is done. Throws `app.limit`. */
  compare(steps: number): void {
    this.#steps += steps;
    if (this.#steps <= MOST_STEPS) return;
    throw new VumiError('app.limit', 'limit: the searches of a message go over too much: ask for less');
  }

  /** Keeps an effect for the commit. Throws `app.limit`; who gets here with so much went around the guest's limits. */
  add(effect: StoreEffect, { call, app }: Pick<TurnScope, 'call' | 'app'>): void {
    const maxBytes = app.limits.total_bytes;
    this.mustRun();
    this.#bytes += JSON.stringify(effect).length;
    if (this.#bytes > maxBytes) {
      throw new VumiError(
        'app.limit',
        `limit: a message may write ${maxBytes} characters to the account's records`,
      );
    }
    this.store.push(effect);
    this.#calls.set(effect, call);
  }

  /** What is left without that of calls which nobody awaited. */
  awaited(open: readonly number[]): StoreEffect[] {
    const unawaited = new Set(open);
    return this.store.filter((effect) => !unawaited.has(this.#calls.get(effect) ?? 0));
  }

  /** Keeps what was done to a contact and answers what has become of it. */
  change(turn: TurnScope, before: Contact | null, effect: ContactEffect): Contact | null {
    const after = changeContact(before, effect);
    this.add(effect, turn);
    this.contacts.set(contactKey(effect), after);
    return after;
  }

  /** How many links were made before this one. */
  nextLink(): number {
    this.#links += 1;
    if (this.#links <= MOST_LINKS) return this.#links - 1;
    throw new VumiError('app.limit', `limit: a message may make ${MOST_LINKS} links`);
  }

  /** The same in a rerun, as long as it is asked for before anything is awaited. */
  nextId(originId: string): string {
    this.#made += 1;
    return deriveId(originId, 'made', this.#made);
  }
}

/** The run that asks: whose it is, and what it leaves behind. */
export interface TurnScope {
  readonly origin: TurnOrigin;
  readonly app: LoadedApp;
  /** Milliseconds since the epoch, the same during the whole run. */
  readonly now: number;
  readonly records: AccountRecords;
  /** What the app can send by; null: by everything. */
  readonly endpoints: EndpointFaults | null;
  readonly effects: TurnEffects;
  readonly state: Pick<KeyedState, 'get'>;
  /** The end of a link's address, which nobody can guess: of the n-th one of a message. */
  readonly drawLink: (originId: string, index: number) => string;
  /** The id of the call that asks. */
  readonly call: number;
}

/** Why the app cannot send by an endpoint; null when it can. */
export function sendFault({ endpoints }: Pick<TurnScope, 'endpoints'>, endpoint: string): string | null {
  if (endpoints === null) return null;
  return Object.hasOwn(endpoints, endpoint) ? (endpoints[endpoint] ?? null) : noRoute(endpoint);
}

/** Keeps an effect of this run for its commit. */
export function leave(turn: TurnScope, effect: StoreEffect): void {
  turn.effects.add(effect, turn);
}

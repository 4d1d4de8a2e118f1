import {
  changeContact,
  contactKey,
  deriveId,
  VumiError,
  type AccountRecords,
  type Contact,
  type ContactEffect,
  type StateWrite,
  type StoreEffect,
  type UserMessage,
} from '@vumi/core';
import type { LoadedApp } from '../supervisor/app.ts';
import type { TurnOrigin } from '../supervisor/effects-commit.ts';

/** What one run of a handler has left with the supervisor so far. It is dropped when the run is lost or fails. */
export class TurnEffects {
  readonly store: StoreEffect[] = [];
  /** By key, as the state will be. An app of the SDK keeps its own in the guest. */
  readonly writes = new Map<string, StateWrite>();
  readonly messages: UserMessage[] = [];
  httpCalls = 0;
  /** Contacts that this run has touched, as they are now; null: deleted. */
  readonly contacts = new Map<string, Contact | null>();
  #bytes = 0;
  #made = 0;

  /** Keeps an effect for the commit. Throws `app.limit`; who gets here with so much went around the guest's limits. */
  add(effect: StoreEffect, maxBytes: number): void {
    this.#bytes += JSON.stringify(effect).length;
    if (this.#bytes > maxBytes) {
      throw new VumiError(
        'app.limit',
        `limit: a message may write ${maxBytes} characters to the account's records`,
      );
    }
    this.store.push(effect);
  }

  /** Keeps what was done to a contact and answers what has become of it. */
  change(before: Contact | null, effect: ContactEffect, maxBytes: number): Contact | null {
    this.add(effect, maxBytes);
    const after = changeContact(before, effect);
    this.contacts.set(contactKey(effect), after);
    return after;
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
  readonly effects: TurnEffects;
}

/** Keeps an effect of this run for its commit. */
export function leave({ effects, app }: TurnScope, effect: StoreEffect): void {
  effects.add(effect, app.limits.total_bytes);
}

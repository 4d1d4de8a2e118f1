import type { AppRef } from '@vumi/core';
import type { AddressField, Contact, ContactGroup } from './contact.ts';
import type { ContactQuery } from './contact-query.ts';
import type { Identity, IdentityAddress } from './identity.ts';
import type { Optout } from './store-effects.ts';

/** Which contacts a search is to find. */
export interface ContactSearch {
  readonly query: ContactQuery;
  /** Keys that it passes over. */
  readonly except: readonly string[];
}

/** What became of the messages that were sent, counted (spec sandbox-api §2). */
export interface ProgressStatus {
  readonly sent: number;
  readonly ack: number;
  readonly nack: number;
  readonly delivery_report: number;
  readonly delivery_report_delivered: number;
  readonly delivery_report_failed: number;
  readonly delivery_report_pending: number;
}

export type MessageDirection = 'inbound' | 'outbound';

/**
 * What apps may read of their account's records. The account is always the platform's word. Handlers change records by
 * store effects; what a handler has changed itself is not in these answers before its commit.
 */
export interface AccountRecords {
  contact(account: string, key: string): Promise<Contact | null>;
  /** Whom this address was linked to, else the newest that has it; without those of `except`. */
  contactByAddress(
    account: string,
    address: { readonly field: AddressField; readonly value: string },
    except: readonly string[],
  ): Promise<Contact | null>;
  /** Whose address it is; null: nobody's that the account knows. */
  identity(account: string, address: IdentityAddress): Promise<Identity | null>;
  /** Keys in their order. */
  findContacts(account: string, search: ContactSearch, limit: number): Promise<string[]>;
  countContacts(account: string, search: ContactSearch): Promise<number>;
  /** All of an account, by name. */
  groups(account: string): Promise<ContactGroup[]>;
  optout(account: string, type: string, value: string): Promise<Optout | null>;
  countOptouts(account: string): Promise<number>;
  /** Open schedules of an app. */
  countSchedules(ref: AppRef): Promise<number>;
  countMessages(ref: AppRef, direction: MessageDirection): Promise<number>;
  /** Addresses on the other side. */
  countAddresses(ref: AppRef, direction: MessageDirection): Promise<number>;
  /** Messages within the last `seconds`. */
  countRecent(ref: AppRef, direction: MessageDirection, seconds: number): Promise<number>;
  progress(ref: AppRef): Promise<ProgressStatus>;
}

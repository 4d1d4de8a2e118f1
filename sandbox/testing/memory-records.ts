import type { AppRef, OptoutNews } from '@vumi/core';
import {
  changeContact,
  contactAddresses,
  contactKey,
  contactMatches,
  mergeContacts,
  nameOfAddress,
  optoutNews,
  toIdentity,
  type AccountRecords,
  type Contact,
  type ContactGroup,
  type ContactSearch,
  type Identity,
  type IdentityAddress,
  type MessageDirection,
  type Optout,
  type ProgressStatus,
  type ScheduleEffect,
  type StoreEffect,
  type StoreEffects,
} from '@vumi/records';

const NO_PROGRESS: ProgressStatus = {
  sent: 0,
  ack: 0,
  nack: 0,
  delivery_report: 0,
  delivery_report_delivered: 0,
  delivery_report_failed: 0,
  delivery_report_pending: 0,
};

type Of<Thing extends string> = Extract<StoreEffect, { kind: `${Thing}.${string}` }>;

function isOf<Thing extends string>(effect: StoreEffect, thing: Thing): effect is Of<Thing> {
  return effect.kind.startsWith(`${thing}.`);
}

/** The records of accounts in maps. Of messages it knows the number that a test gives it. */
export class MemoryRecords implements AccountRecords {
  /** By account and key. */
  readonly contacts = new Map<string, Contact>();
  /** Keys of contacts by account and address. */
  readonly links = new Map<string, string>();
  /** By account and key. */
  readonly groupsByKey = new Map<string, ContactGroup>();
  readonly optouts = new Map<string, Optout>();
  readonly schedules = new Map<string, ScheduleEffect & { kind: 'schedule.put' }>();
  messages = 0;
  /** Is told of each change of who has opted out. */
  onOptout: ((account: string, news: OptoutNews) => void) | null = null;

  /** All of it as it is now; `restore` of what it gave goes back. */
  save(): { readonly restore: () => void } {
    const maps = [this.contacts, this.links, this.groupsByKey, this.optouts, this.schedules] as Map<
      string,
      unknown
    >[];
    const copies = maps.map((map) => [...map]);
    return {
      restore: () => {
        for (const [index, map] of maps.entries()) {
          map.clear();
          for (const [key, value] of copies[index] ?? []) map.set(key, value);
        }
      },
    };
  }

  apply({ account, app, effects }: StoreEffects): void {
    for (const effect of effects) this.#applyOne({ account, app }, effect);
  }

  async contact(account: string, key: string): Promise<Contact | null> {
    return this.contacts.get(`${account} ${key}`) ?? null;
  }

  async contactByAddress(
    account: string,
    { field, value }: Parameters<AccountRecords['contactByAddress']>[1],
    except: readonly string[],
  ): Promise<Contact | null> {
    const found = this.#of(account).filter(
      (contact) => contact[field] === value && !except.includes(contact.key),
    );
    return found.sort((a, b) => (a.created_at < b.created_at ? 1 : -1))[0] ?? null;
  }

  async identity(account: string, address: IdentityAddress): Promise<Identity | null> {
    const name = nameOfAddress(address);
    const linked = this.links.get(`${account} ${name}`);
    const contact = this.#of(account).find(({ key }) => key === linked) ?? this.#newestWith(account, name);
    return contact === undefined ? null : this.#identityOf(contact);
  }

  async findContacts(account: string, search: ContactSearch, limit: number): Promise<string[]> {
    return this.#matching(account, search).slice(0, limit);
  }

  async countContacts(account: string, search: ContactSearch): Promise<number> {
    return this.#matching(account, search).length;
  }

  async groups(account: string): Promise<ContactGroup[]> {
    return [...this.groupsByKey.values()].filter((group) => group.account === account);
  }

  async optout(account: string, type: string, value: string): Promise<Optout | null> {
    return this.optouts.get(`${account} ${type} ${value}`) ?? null;
  }

  async countOptouts(account: string): Promise<number> {
    return [...this.optouts.keys()].filter((key) => key.startsWith(`${account} `)).length;
  }

  async countSchedules({ account, app }: AppRef): Promise<number> {
    return [...this.schedules.keys()].filter((key) => key.startsWith(`${account} ${app} `)).length;
  }

  async countMessages(_ref: AppRef, _direction: MessageDirection): Promise<number> {
    return this.messages;
  }

  async countAddresses(_ref: AppRef, _direction: MessageDirection): Promise<number> {
    return this.messages;
  }

  async countRecent(_ref: AppRef, _direction: MessageDirection, _seconds: number): Promise<number> {
    return this.messages;
  }

  async progress(_ref: AppRef): Promise<ProgressStatus> {
    return { ...NO_PROGRESS, sent: this.messages };
  }

  #of(account: string): Contact[] {
    return [...this.contacts.values()].filter((contact) => contact.account === account);
  }

  #newestWith(account: string, name: string): Contact | undefined {
    return this.#of(account)
      .filter((contact) => contactAddresses(contact).some((address) => nameOfAddress(address) === name))
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))[0];
  }

  #identityOf(contact: Contact): Identity {
    const start = `${contact.account} `;
    const linked = [...this.links].flatMap(([name, key]) => {
      if (key !== contact.key || !name.startsWith(start)) return [];
      const [type = '', address = ''] = name.slice(start.length).split(/:(.*)/s);
      return [{ type, address }];
    });
    return toIdentity(contact, linked, []);
  }

  #matching(account: string, { query, except }: ContactSearch): string[] {
    return this.#of(account)
      .filter((contact) => !except.includes(contact.key) && contactMatches(query, contact))
      .map(({ key }) => key)
      .sort();
  }

  #applyOne(ref: AppRef, effect: StoreEffect): void {
    if (isOf(effect, 'contact')) this.#applyToContact(ref, effect);
    else if (isOf(effect, 'group')) this.#applyToGroup(ref, effect);
    else if (isOf(effect, 'identity')) this.#applyToIdentity(ref, effect);
    else if (isOf(effect, 'optout')) this.#applyToOptout(ref, effect);
    else if (isOf(effect, 'schedule')) this.#applyToSchedule(ref, effect);
  }

  #applyToContact({ account }: AppRef, effect: Of<'contact'>): void {
    const key = `${account} ${contactKey(effect)}`;
    const after = changeContact(this.contacts.get(key) ?? null, effect);
    if (after === null) this.contacts.delete(key);
    else this.contacts.set(key, after);
  }

  #applyToIdentity({ account }: AppRef, effect: Of<'identity'>): void {
    if (effect.kind === 'identity.merge') {
      this.#merge(account, effect.id, effect.other);
      return;
    }
    const name = nameOfAddress(effect);
    const owner = this.links.get(`${account} ${name}`) ?? this.#newestWith(account, name)?.key;
    if (effect.kind === 'identity.unlink') {
      if (owner === effect.id) this.links.delete(`${account} ${name}`);
      return;
    }
    if (owner !== undefined && owner !== effect.id) this.#merge(account, effect.id, owner);
    this.links.set(`${account} ${name}`, effect.id);
  }

  #merge(account: string, id: string, otherId: string): void {
    const [contact, other] = [id, otherId].map((key) => this.contacts.get(`${account} ${key}`));
    if (contact === undefined || other === undefined) return;
    const { merged, beside } = mergeContacts(contact, other);
    this.contacts.set(`${account} ${id}`, merged);
    this.contacts.delete(`${account} ${otherId}`);
    for (const [name, key] of this.links) if (key === otherId) this.links.set(name, id);
    for (const address of beside) this.links.set(`${account} ${nameOfAddress(address)}`, id);
  }

  #applyToOptout({ account }: AppRef, effect: Of<'optout'>): void {
    const key = `${account} ${effect.address_type} ${effect.address_value}`;
    const wasThere = this.optouts.has(key);
    if (effect.kind === 'optout.put') this.optouts.set(key, effect);
    else this.optouts.delete(key);
    if (wasThere !== this.optouts.has(key)) this.onOptout?.(account, optoutNews(effect));
  }

  #applyToSchedule({ account, app }: AppRef, effect: Of<'schedule'>): void {
    const key = `${account} ${app} ${effect.name} ${effect.user ?? ''}`;
    if (effect.kind === 'schedule.put') this.schedules.set(key, effect);
    else this.schedules.delete(key);
  }

  #applyToGroup({ account }: AppRef, effect: Of<'group'>): void {
    const key = `${account} ${effect.kind === 'group.create' ? effect.group.key : effect.key}`;
    const known = this.groupsByKey.get(key);
    if (effect.kind === 'group.create') {
      this.groupsByKey.set(key, known ?? effect.group);
    } else if (effect.kind === 'group.delete') {
      this.groupsByKey.delete(key);
    } else if (known !== undefined) {
      const { name, query } = effect;
      this.groupsByKey.set(key, { ...known, name, query });
    }
  }
}

/** What can be said of a person. What is left out stays as it is, or is unknown. */
export interface ContactFields {
  /** `+27761234567` */
  readonly msisdn?: string | null;
  readonly twitter_handle?: string | null;
  readonly facebook_id?: string | null;
  readonly bbm_pin?: string | null;
  readonly gtalk_id?: string | null;
  readonly mxit_id?: string | null;
  readonly wechat_id?: string | null;
  readonly name?: string | null;
  readonly surname?: string | null;
  readonly email_address?: string | null;
  /** A date: `1980-12-31`. */
  readonly dob?: string | null;
  /** Keys of groups. */
  readonly groups?: readonly string[];
  /** Anything else that your apps want to know, as texts. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly subscription?: Readonly<Record<string, string>>;
}

/** A person whom the account knows. All apps of the account see the same contacts. */
export interface Contact extends Required<ContactFields> {
  readonly key: string;
  readonly account: string;
  /** ISO 8601. */
  readonly created_at: string;
}

export interface ContactOptions {
  /** Kind of address: `sms`, `ussd`, `voice`, `twitter`, `gtalk`, `mxit`, `wechat`. Default: that of the message in hand. */
  readonly deliveryClass?: string;
}

export interface SearchOptions {
  /** How many keys at most; default and most: 10,000. */
  readonly limit?: number;
}

/**
 * The people whom the account knows. Changes are seen by this handler's own reads at once and take effect together
 * with all else when it returns.
 */
export interface Contacts {
  /**
   * The contact with an address, or null.
   *
   * @example
   * await app.contacts.get('+27820009999'); // → null
   */
  get(address: string, options?: ContactOptions): Promise<Contact | null>;

  /**
   * The same; a contact that is not there yet is made.
   *
   * @example
   * const contact = await app.contacts.getOrCreate(message.from_addr);
   * contact.msisdn; // → '+27761234567'
   */
  getOrCreate(address: string, options?: ContactOptions): Promise<Contact>;

  /**
   * The contact of a key, or null.
   *
   * @example
   * const { key } = await app.contacts.create({ name: 'Thandi' });
   * (await app.contacts.getByKey(key))?.name; // → 'Thandi'
   */
  getByKey(key: string): Promise<Contact | null>;

  /**
   * Makes a contact, also where there is one with that address.
   *
   * @example
   * const contact = await app.contacts.create({ msisdn: '+27820001111', name: 'Sipho' });
   * contact.name; // → 'Sipho'
   */
  create(contact: ContactFields): Promise<Contact>;

  /**
   * Replaces everything that is known of the contact by what is given.
   *
   * @example
   * const contact = await app.contacts.getOrCreate(message.from_addr);
   * const saved = await app.contacts.save({ ...contact, name: 'Thandi', extra: {} });
   * saved.name; // → 'Thandi'
   */
  save(contact: Contact): Promise<Contact>;

  /**
   * Changes some fields. Groups are added to those that the contact is in; `extra` and `subscription` are replaced.
   *
   * @example
   * const { key } = await app.contacts.getOrCreate(message.from_addr);
   * const group = await app.groups.getOrCreateByName('Volunteers');
   * const contact = await app.contacts.update(key, { name: 'Thandi', groups: [group.key] });
   * contact.groups.length; // → 1
   */
  update(key: string, fields: ContactFields): Promise<Contact>;

  /**
   * Adds to `extra`.
   *
   * @example
   * const { key } = await app.contacts.getOrCreate(message.from_addr);
   * (await app.contacts.updateExtra(key, { clinic: 'Khayelitsha' })).extra; // → { clinic: 'Khayelitsha' }
   */
  updateExtra(key: string, fields: Readonly<Record<string, string>>): Promise<Contact>;

  /**
   * Adds to `subscription`.
   *
   * @example
   * const { key } = await app.contacts.getOrCreate(message.from_addr);
   * (await app.contacts.updateSubscription(key, { news: 'daily' })).subscription; // → { news: 'daily' }
   */
  updateSubscription(key: string, fields: Readonly<Record<string, string>>): Promise<Contact>;

  /**
   * Keys of the contacts that match a query: a part of Lucene's language with `field:word`, `field:"a phrase"`, `*` and
   * `?`, AND, OR, NOT and parentheses; of `extra` the fields are `extras-<name>`.
   *
   * @throws Rejects where the query cannot be read, and says at which place.
   *
   * @example
   * await app.contacts.search('surname:d* AND extras-clinic:Khayelitsha', { limit: 100 }); // → []
   */
  search(query: string, options?: SearchOptions): Promise<string[]>;

  /**
   * Forgets a person.
   *
   * @example
   * const { key } = await app.contacts.create({ name: 'Thandi' });
   * await app.contacts.delete(key);
   * await app.contacts.getByKey(key); // → null
   */
  delete(key: string): Promise<void>;
}

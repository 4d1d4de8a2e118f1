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
   * const contact = await app.contacts.get(message.from_addr);
   */
  get(address: string, options?: ContactOptions): Promise<Contact | null>;

  /**
   * The same; a contact that is not there yet is made.
   *
   * @example
   * const contact = await app.contacts.getOrCreate(message.from_addr);
   * await app.contacts.updateExtra(contact.key, { clinic: 'Khayelitsha' });
   */
  getOrCreate(address: string, options?: ContactOptions): Promise<Contact>;

  getByKey(key: string): Promise<Contact | null>;

  /**
   * @example
   * await app.contacts.create({ msisdn: '+27761234567', name: 'Thandi' });
   */
  create(contact: ContactFields): Promise<Contact>;

  /** Replaces everything that is known of the contact by what is given. */
  save(contact: Contact): Promise<Contact>;

  /**
   * Changes some fields. Groups are added to those that the contact is in; `extra` and `subscription` are replaced.
   *
   * @example
   * await app.contacts.update(contact.key, { name: 'Thandi', groups: [group.key] });
   */
  update(key: string, fields: ContactFields): Promise<Contact>;

  /** Adds to `extra`. */
  updateExtra(key: string, fields: Readonly<Record<string, string>>): Promise<Contact>;

  /** Adds to `subscription`. */
  updateSubscription(key: string, fields: Readonly<Record<string, string>>): Promise<Contact>;

  /**
   * Keys of the contacts that match a query: a part of Lucene's language with `field:word`, `field:"a phrase"`, `*` and
   * `?`, AND, OR, NOT and parentheses; of `extra` the fields are `extras-<name>`.
   *
   * @example
   * const keys = await app.contacts.search('surname:d* AND extras-clinic:Khayelitsha');
   */
  search(query: string, options?: SearchOptions): Promise<string[]>;

  /** Forgets a person. */
  delete(key: string): Promise<void>;
}

/** A group of contacts. With a query it is a "smart" group: whoever matches is a member. */
export interface Group {
  readonly key: string;
  readonly account: string;
  readonly name: string;
  readonly query: string | null;
  /** ISO 8601. */
  readonly created_at: string;
}

export interface GroupFields {
  readonly name: string;
  /** As for `app.contacts.search`; absent or null makes it a plain group. */
  readonly query?: string | null;
}

/** Groups of contacts. Contacts are put into one by `app.contacts.update(key, { groups: [group.key] })`. */
export interface Groups {
  get(key: string): Promise<Group | null>;

  /** Null when there is none of the name; rejects when there are several. */
  getByName(name: string): Promise<Group | null>;

  /**
   * @example
   * const group = await app.groups.getOrCreateByName('Volunteers');
   */
  getOrCreateByName(name: string): Promise<Group>;

  /**
   * @example
   * await app.groups.update(group.key, { name: 'Cape Town', query: 'extras-city:"Cape Town"' });
   */
  update(key: string, fields: GroupFields): Promise<Group>;

  /** Groups whose name or query matches, in the language of `app.contacts.search`: `name:volunteers`. */
  search(query: string): Promise<Group[]>;

  /** All of them, by name. */
  list(): Promise<Group[]>;

  countMembers(key: string): Promise<number>;
}

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
  /**
   * The group of a key, or null.
   *
   * @example
   * const { key } = await app.groups.getOrCreateByName('Volunteers');
   * (await app.groups.get(key))?.name; // → 'Volunteers'
   */
  get(key: string): Promise<Group | null>;

  /**
   * Null when there is none of the name; rejects when there are several.
   *
   * @example
   * await app.groups.getByName('Nobody'); // → null
   */
  getByName(name: string): Promise<Group | null>;

  /**
   * The group of a name, which is made where it is not there yet.
   *
   * @example
   * const group = await app.groups.getOrCreateByName('Volunteers');
   * group.query; // → null
   */
  getOrCreateByName(name: string): Promise<Group>;

  /**
   * Gives a group another name, and a query or none.
   *
   * @example
   * const { key } = await app.groups.getOrCreateByName('Cape Town');
   * const smart = await app.groups.update(key, { name: 'Cape Town', query: 'extras-city:"Cape Town"' });
   * smart.query; // → 'extras-city:"Cape Town"'
   */
  update(key: string, fields: GroupFields): Promise<Group>;

  /**
   * Groups whose name or query matches, in the language of `app.contacts.search`: `name:volunteers`.
   *
   * @example
   * await app.groups.search('name:nobody'); // → []
   */
  search(query: string): Promise<Group[]>;

  /**
   * All of them, by name.
   *
   * @example
   * await app.groups.getOrCreateByName('Volunteers');
   * (await app.groups.list()).map(({ name }) => name); // → ['Volunteers']
   */
  list(): Promise<Group[]>;

  /**
   * How many contacts are in a group, or match its query.
   *
   * @example
   * const group = await app.groups.getOrCreateByName('Volunteers');
   * await app.groups.countMembers(group.key); // → 0
   */
  countMembers(key: string): Promise<number>;
}

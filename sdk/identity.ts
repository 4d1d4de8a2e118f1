export interface IdentityAddress {
  /** `msisdn`, `jabber_id`, `twitter_handle`, `irc_nickname`, …, or the type of a network that has no other name. */
  readonly type: string;
  /** In its one form: a number with its plus, a handle in small letters. */
  readonly address: string;
}

/** One person, whatever network he comes by. */
export interface Identity {
  /** The same for each of his addresses: the key of the contact that he is. */
  readonly id: string;
  readonly addresses: readonly IdentityAddress[];
  /** Ids of people who turned out to be this one. */
  readonly merged_ids: readonly string[];
}

export interface IdentityOptions {
  /** Kind of address, or of network: `sms`, `xmpp`, `twitter`, `irc`, …; `msisdn` when absent. */
  readonly type?: string;
}

/**
 * Who somebody is. `app.user` is what the app keeps of an address; what is to follow the person stands in `app.state`
 * under his id.
 */
export interface Identities {
  /**
   * The user whose message, or schedule, is in hand. Whom nobody knows yet becomes a contact.
   *
   * @example
   * const { id, addresses } = await app.identity.get();
   * await app.state.increment(`points/${id}`); // → 1
   * addresses; // → [{ type: 'msisdn', address: '+27761234567' }]
   */
  get(): Promise<Identity>;

  /**
   * Whose address it is, in any spelling; null: nobody's that the account knows.
   *
   * @example
   * await app.identity.find('thandi@example.org', { type: 'xmpp' }); // → null
   */
  find(address: string, options?: IdentityOptions): Promise<Identity | null>;

  /**
   * The user in hand has that address too: ask him to prove it first. When it is somebody else's, both are one person
   * from now on, under the id of the user in hand.
   *
   * @example
   * const both = await app.identity.link('thandi@example.org', { type: 'xmpp' });
   * both.addresses.length; // → 2
   */
  link(address: string, options?: IdentityOptions): Promise<Identity>;

  /**
   * The address is not his any more.
   *
   * @example
   * await app.identity.link('+27820001111');
   * (await app.identity.unlink('+27820001111')).addresses.length; // → 1
   */
  unlink(address: string, options?: IdentityOptions): Promise<Identity>;
}

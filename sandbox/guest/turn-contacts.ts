import type { Contact, ContactFields, ContactOptions, Contacts, SearchOptions } from '@vumi/sdk';
import { freeze, text } from './primordials.ts';
import { ask, askFor, askForOrNull } from './turn-resource.ts';
import type { Turn } from './turn.ts';

const MEMBER = 'contact';

/** `app.contacts`. */
export class TurnContacts implements Contacts {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  get(address: string, options: ContactOptions = {}): Promise<Contact | null> {
    const missing = (reason: string): boolean => reason === 'Contact not found';
    const args = { addr: text(address), delivery_class: options.deliveryClass };
    return askForOrNull(this.#turn, 'contacts.get', { args, member: MEMBER, missing });
  }

  getOrCreate(address: string, options: ContactOptions = {}): Promise<Contact> {
    const args = { addr: text(address), delivery_class: options.deliveryClass };
    return askFor(this.#turn, 'contacts.get_or_create', { args, member: MEMBER });
  }

  getByKey(key: string): Promise<Contact | null> {
    const name = text(key);
    const missing = (reason: string): boolean => reason === `Contact with key '${name}' not found.`;
    return askForOrNull(this.#turn, 'contacts.get_by_key', { args: { key: name }, member: MEMBER, missing });
  }

  create(contact: ContactFields): Promise<Contact> {
    return askFor(this.#turn, 'contacts.new', { args: { contact }, member: MEMBER });
  }

  save(contact: Contact): Promise<Contact> {
    return askFor(this.#turn, 'contacts.save', { args: { contact }, member: MEMBER });
  }

  update(key: string, fields: ContactFields): Promise<Contact> {
    return askFor(this.#turn, 'contacts.update', { args: { key: text(key), fields }, member: MEMBER });
  }

  updateExtra(key: string, fields: Readonly<Record<string, string>>): Promise<Contact> {
    return askFor(this.#turn, 'contacts.update_extras', { args: { key: text(key), fields }, member: MEMBER });
  }

  updateSubscription(key: string, fields: Readonly<Record<string, string>>): Promise<Contact> {
    const args = { key: text(key), fields };
    return askFor(this.#turn, 'contacts.update_subscriptions', { args, member: MEMBER });
  }

  search(query: string, options: SearchOptions = {}): Promise<string[]> {
    const args = { query: text(query), max_keys: options.limit };
    return askFor(this.#turn, 'contacts.search', { args, member: 'keys' });
  }

  delete(key: string): Promise<void> {
    return ask(this.#turn, 'contacts.delete', { key: text(key) });
  }
}
freeze(TurnContacts.prototype);

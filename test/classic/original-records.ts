import { randomUUID } from 'node:crypto';
import { Refused, UnknownCommand, type Command } from './original-commands.ts';

type Contact = Record<string, unknown> & { readonly key: string; groups: string[] };
type Group = { readonly key: string; name: string; query: string | null } & Record<string, unknown>;
type Handler = (records: OriginalRecords, command: Command, now: number) => Command;

const CONTACT_FIELDS =
  'bbm_pin dob email_address facebook_id gtalk_id msisdn mxit_id name surname twitter_handle wechat_id';
const BY_CLASS: Readonly<Record<string, string>> = { sms: 'msisdn', ussd: 'msisdn', gtalk: 'gtalk_id' };

const HANDLERS: Readonly<Record<string, Handler>> = {
  'contacts.get': (records, command) => ({
    contact: records.byAddress(command) ?? refuse('Contact not found'),
  }),
  'contacts.get_or_create': (records, command, now) => {
    const known = records.byAddress(command);
    return { created: known === undefined, contact: known ?? records.create(addressOf(command), now) };
  },
  'contacts.new': (records, { contact }, now) => ({ contact: records.create(contact as object, now) }),
  'contacts.get_by_key': (records, { key }) => ({ contact: records.byKey(key) }),
  'contacts.save': (records, { contact }) => {
    const { extra, subscription, ...fields } = contact as Record<string, object> & Contact;
    const before = records.byKey(fields.key);
    for (const member of Object.keys(before)) if (member.includes('-')) delete before[member];
    const flat = { ...flatten('extras', extra), ...flatten('subscription', subscription) };
    return { contact: Object.assign(before, fields, flat) };
  },
  'contacts.update_extras': (records, { key, fields }) => {
    if (!Object.values(fields as object).every((value) => typeof value === 'string'))
      return refuse('All field values need to be unicode');
    return { contact: Object.assign(records.byKey(key), flatten('extras', fields as object)) };
  },
  'contacts.search': (records, { query }) => {
    const [field = '', value = ''] = String(query).replaceAll(/["\\]/g, '').split(/:(.*)/);
    return { keys: records.contacts.filter((contact) => contact[field] === value).map(({ key }) => key) };
  },
  'groups.list': ({ groups }) => ({ groups }),
  'groups.get_by_name': ({ groups }, { name }) => ({
    group: groups.find((group) => group.name === name) ?? refuse('Group not found'),
  }),
  'groups.get_or_create_by_name': (records, { name }, now) => {
    const known = records.groups.find((group) => group.name === name);
    return { created: known === undefined, group: known ?? records.createGroup(String(name), now) };
  },
  'groups.count_members': ({ contacts }, { key }) => ({
    count: contacts.filter(({ groups }) => groups.includes(String(key))).length,
  }),
  'optout.count': ({ optouts }) => ({ count: optouts.size }),
  'optout.status': ({ optouts }, command) => optouts.get(optoutOf(command)) ?? { opted_out: false },
  'optout.optout': ({ optouts }, command, now) => {
    const { message_id } = command;
    const optout = { opted_out: true, created_at: inVumiTime(now), message_id };
    optouts.set(optoutOf(command), optout);
    return optout;
  },
  'optout.cancel_optout': ({ optouts }, command) => {
    optouts.delete(optoutOf(command));
    return { opted_out: false };
  },
  'messagestore.count_sent_messages': () => ({ count: 0 }),
};

/** Contacts, groups and opt-outs of one account, and questions about its messages, of which there are none. */
export class OriginalRecords {
  readonly contacts: Contact[];
  readonly groups: Group[];
  readonly optouts: Map<string, Command>;

  constructor(from: Pick<OriginalRecords, 'contacts' | 'groups' | 'optouts'> | null = null) {
    this.contacts = structuredClone(from?.contacts ?? []);
    this.groups = structuredClone(from?.groups ?? []);
    this.optouts = structuredClone(from?.optouts ?? new Map<string, Command>());
  }

  answer(name: string, command: Command, now: number): Command {
    const handler = HANDLERS[name];
    if (handler === undefined) throw new UnknownCommand(name);
    return handler(this, command, now);
  }

  byAddress(command: Command): Contact | undefined {
    const address = Object.entries(addressOf(command));
    return this.contacts.find((contact) => address.every(([field, value]) => contact[field] === value));
  }

  byKey(key: unknown): Contact {
    const contact = this.contacts.find((other) => other.key === key);
    return contact ?? refuse(`Contact with key '${String(key)}' not found.`);
  }

  create(fields: object, now: number): Contact {
    const own = { $VERSION: 2, key: randomUUID(), user_account: 'tests', created_at: inVumiTime(now) };
    const empty = Object.fromEntries(CONTACT_FIELDS.split(' ').map((field) => [field, null]));
    const contact = { ...own, groups: [], ...empty, ...fields };
    this.contacts.push(contact);
    return contact;
  }

  createGroup(name: string, now: number): Group {
    const own = { $VERSION: 1, key: randomUUID(), user_account: 'tests', created_at: inVumiTime(now) };
    const group = { ...own, name, query: null };
    this.groups.push(group);
    return group;
  }
}

function inVumiTime(now: number): string {
  return `${new Date(now).toISOString().replace('T', ' ').slice(0, 23)}000`;
}

function optoutOf({ address_type, address_value }: Command): string {
  return `${String(address_type)} ${String(address_value)}`;
}

function addressOf({ delivery_class, addr }: Command): Record<string, unknown> {
  const name = String(delivery_class);
  const field = BY_CLASS[name] ?? refuse(`Unsupported transport_type '${name}'`);
  const number = String(addr);
  return { [field]: field === 'msisdn' && !number.startsWith('+') ? `+${number}` : number };
}

function flatten(prefix: string, texts: object = {}): Command {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${prefix}-${name}`, text as unknown]),
  );
}

function refuse(reason: string): never {
  throw new Refused(reason);
}

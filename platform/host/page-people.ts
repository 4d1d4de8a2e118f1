import { auditedAct, onceUnderKey } from '@vumi/api';
import {
  newId,
  timestampToIso,
  type AppRef,
  type Clock,
  type KeyedState,
  type Logger,
  type SendRequest,
  type UserMessage,
} from '@vumi/core';
import type { HostingPorts } from '@vumi/hosting';
import { ADDRESS_FIELDS, type Contact } from '@vumi/records';
import type { Store } from '@vumi/store';

const MINUTE_MS = 60_000;

interface PagePeoplePorts {
  readonly store: Store;
  readonly state: KeyedState;
  readonly logger: Logger;
  readonly clock: Clock;
  /** As the account's API sends. */
  readonly send: (account: string, message: SendRequest, id: string) => Promise<UserMessage>;
}

/** What the pages of apps may do with people, as the account's API does it. */
export function openPagePeople(
  ports: PagePeoplePorts,
): Pick<HostingPorts, 'grants' | 'people' | 'messages' | 'send' | 'countSend'> {
  const { store, state, clock } = ports;
  return {
    grants: store.pageGrants,
    people: {
      list: async (account, { words, group, ...page }) => {
        const q = queryOf(words, group);
        const found = await store.contacts.list(account, q === '' ? page : { ...page, q });
        return { items: found.items.map(shownContact), next_cursor: found.next_cursor };
      },
      find: (account, address) => findContact(store, account, address),
    },
    messages: ({ account, app }, query) => store.messages.list({ ...query, account, app }),
    send: (ref, message) => sendFromPage(ports, ref, message),
    // By the minute of the clock: who asks at its turn gets two minutes' worth at once, and no more.
    countSend: ({ account, app }, by) =>
      state.increment(
        `page-sends/${account}/${app}/${by}/${Math.floor(clock() / MINUTE_MS)}`,
        1,
        2 * MINUTE_MS,
      ),
  };
}

/** Words have letters alone, so that nothing of them means anything to a query. */
function queryOf(words: readonly string[], group: string | undefined): string {
  return [
    ...words.map((word) => `(name:${word}* OR surname:${word}*)`),
    ...(group === undefined ? [] : [`groups:"${group}"`]),
  ].join(' AND ');
}

/** By the address that pages are given of him: his number, or the first other one that he has. */
async function findContact(store: Store, account: string, address: string) {
  const fields = address.startsWith('+') ? (['msisdn'] as const) : ADDRESS_FIELDS;
  for (const field of fields) {
    const contact = await store.records.contactByAddress(account, { field, value: address }, []);
    if (contact !== null) return shownContact(contact);
  }
  return null;
}

function shownContact(contact: Contact) {
  const { name, surname, dob, groups, extra, created_at } = contact;
  const address = ADDRESS_FIELDS.map((field) => contact[field]).find(
    (value) => value !== null && value !== '',
  );
  return { address: address ?? null, name, surname, dob, groups, extra, created_at };
}

/** The entry of the audit log has the message's id, and is written before it is sent. */
async function sendFromPage(
  { store, logger, send }: PagePeoplePorts,
  { account, app }: AppRef,
  { to, content, endpoint, key, by, actor, person }: Parameters<HostingPorts['send']>[1],
): ReturnType<HostingPorts['send']> {
  const request = { to_addr: to, content, app, ...(endpoint === undefined ? {} : { endpoint }) };
  const act = (message_id: string) => {
    const entry = {
      account,
      actor,
      action: 'page_message.send',
      target: app,
      details: { app, person, message_id },
    };
    return auditedAct({ audit: store.audit, logger }, entry, async () => {
      const message = await send(account, request, message_id);
      return { message_id, timestamp: timestampToIso(message.timestamp) };
    });
  };
  if (key === null) return act(newId());
  const asked = { account, door: `page ${app} ${by}`, key, body: request };
  return (await onceUnderKey(store, asked, act)) as Awaited<ReturnType<HostingPorts['send']>>;
}

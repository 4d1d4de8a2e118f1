import { VumiError } from '@vumi/core';
import {
  contactAddresses,
  fieldOfAddress,
  mergeContacts,
  nameOfAddress,
  type Contact,
  type IdentityAddress,
  type IdentityEffect,
} from '@vumi/records';
import { lockContacts, writeContacts } from '../contacts.ts';
import type { Statements } from '../database.ts';
import { ownerOf } from './identities.ts';

type Link = Extract<IdentityEffect, { kind: 'identity.link' }>;

/**
 * Carries out what was found out about a person. Whoever calls has the account's turn: nobody else changes its contacts
 * meanwhile. Throws `not_found` for a person who is not there (any more).
 */
export async function applyToIdentity(
  statements: Statements,
  account: string,
  effect: IdentityEffect,
): Promise<void> {
  const id = await currentId(statements, account, effect.id);
  switch (effect.kind) {
    case 'identity.link':
      await link(statements, account, { ...effect, id });
      break;
    case 'identity.unlink':
      await unlink(statements, account, id, effect);
      break;
    case 'identity.merge': {
      const other = await currentId(statements, account, effect.other);
      if (other !== id) await merge(statements, account, id, other);
      break;
    }
  }
}

/** Who was merged is somebody else now, unless a new contact has that key. */
async function currentId(statements: Statements, account: string, id: string): Promise<string> {
  const [row] = await statements.query<{ into_key: string }>(
    `select into_key from merged_contacts where account = $1 and key = $2
       and not exists (select from contacts where account = $1 and key = $2)`,
    [account, id],
  );
  return row?.into_key ?? id;
}

async function link(statements: Statements, account: string, effect: Link): Promise<void> {
  const address = { type: effect.type, address: effect.address };
  const owner = await ownerOf(statements, account, address);
  if (owner !== null && owner.key !== effect.id) {
    if (!effect.merge) {
      throw new VumiError(
        'request.conflict',
        `${nameOfAddress(address)} is of "${owner.key}": merge the two, or unlink it there first`,
        { details: { id: owner.key } },
      );
    }
    await merge(statements, account, effect.id, owner.key);
  }
  const contact = await required(statements, account, effect.id);
  const own = fieldOfAddress(address);
  if (own !== null && contact[own.field] === null)
    await writeContacts(statements, account, [{ ...contact, [own.field]: own.value }]);
  await addLinks(statements, account, effect.id, [address]);
}

async function unlink(
  statements: Statements,
  account: string,
  id: string,
  { type, address }: IdentityAddress,
): Promise<void> {
  const contact = await required(statements, account, id);
  await statements.query(
    'delete from contact_addresses where account = $1 and type = $2 and address = $3 and contact = $4',
    [account, type, address, id],
  );
  const name = nameOfAddress({ type, address });
  const own = fieldOfAddress({ type, address });
  if (own === null || !contactAddresses(contact).some((each) => nameOfAddress(each) === name)) return;
  await writeContacts(statements, account, [{ ...contact, [own.field]: null }]);
}

async function merge(statements: Statements, account: string, id: string, otherId: string): Promise<void> {
  const locked = await lockContacts(statements, account, [id, otherId]);
  const [contact, other] = [present(locked, account, id), present(locked, account, otherId)];
  const { merged, beside } = mergeContacts(contact, other);
  await writeContacts(statements, account, [merged]);
  await statements.query('update contact_addresses set contact = $2 where account = $1 and contact = $3', [
    account,
    id,
    otherId,
  ]);
  await addLinks(statements, account, id, beside);
  await statements.query('update merged_contacts set into_key = $2 where account = $1 and into_key = $3', [
    account,
    id,
    otherId,
  ]);
  await statements.query(
    `insert into merged_contacts (account, key, into_key) values ($1, $3, $2)
     on conflict (account, key) do update set into_key = excluded.into_key, merged_at = now()`,
    [account, id, otherId],
  );
  await statements.query('delete from merged_contacts where account = $1 and key = $2', [account, id]);
  await statements.query('delete from contacts where account = $1 and key = $2', [account, otherId]);
}

/** What is linked to somebody else stays his. */
async function addLinks(
  statements: Statements,
  account: string,
  id: string,
  addresses: readonly IdentityAddress[],
): Promise<void> {
  for (const { type, address } of addresses) {
    await statements.query(
      `insert into contact_addresses (account, type, address, contact) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [account, type, address, id],
    );
  }
}

async function required(statements: Statements, account: string, id: string): Promise<Contact> {
  return present(await lockContacts(statements, account, [id]), account, id);
}

function present(contacts: ReadonlyMap<string, Contact | null>, account: string, id: string): Contact {
  const contact = contacts.get(id) ?? null;
  if (contact !== null) return contact;
  throw new VumiError('not_found', `account "${account}" knows nobody "${id}": look up an address`);
}

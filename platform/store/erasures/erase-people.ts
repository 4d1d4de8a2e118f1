import { ADDRESS_FIELDS, type Contact } from '@vumi/records';
import { toContact, writeContacts, type ContactRow } from '../contacts.ts';
import { STEP, type ErasureWork, type StepDone } from './erasure-work.ts';

type Found = ContactRow & { readonly is_his: boolean };

/**
 * Contacts that have the address, or whose key it is, go, with their other addresses, their groups and what was merged into them; others that
 * mention it lose the mention.
 */
export async function erasePeople(work: ErasureWork): Promise<StepDone> {
  const { statements, account, pattern, dryRun } = work;
  const columns = ADDRESS_FIELDS.map((field) => `${field} = any($2)`).join(' or ');
  const isHis = `coalesce(${columns}, false) or key ~* $3 or key in (
    select contact from contact_addresses where account = $1 and address = any($2))`;
  const found = await statements.query<Found>(
    `select key, account, created_at, fields, ${isHis} as is_his from contacts
     where account = $1 and (contacts::text ~* $3 or ${isHis})
     order by key ${dryRun ? '' : `limit ${STEP} for update`}`,
    [account, pattern.spellings, pattern.source],
  );
  const gone = found.filter(({ is_his }) => is_his);
  const mentions = found.filter(({ is_his }) => !is_his);
  if (!dryRun) {
    await statements.query('delete from contacts where account = $1 and key = any($2)', [
      account,
      gone.map(({ key }) => key),
    ]);
    const cleaned = mentions.map((row) => pattern.cleanJson(toContact(row)) as Contact);
    await writeContacts(statements, account, cleaned);
  }
  const counts = { contacts: gone.length, contacts_cleaned: mentions.length };
  return { counts, position: found.length < STEP || dryRun ? null : 'more' };
}

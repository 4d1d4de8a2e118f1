import type { Pool } from 'pg';
import type { Segment } from './segments.ts';

/** A message on its way to a phone. */
export interface NewSms {
  readonly id: string;
  readonly to: string;
  readonly segments: readonly Segment[];
  readonly phone: string | null;
  readonly wantsReport: boolean;
}

/** How the parts of a message are doing, as gammu-smsd writes it. */
export interface SentSms {
  readonly id: string;
  readonly states: readonly string[];
  /** The network's reference of each part. */
  readonly references: readonly number[];
  /** What the phone said of a part that it could not send; -1: nothing. */
  readonly error: number;
  readonly updated: string;
}

export interface ReceivedPart {
  readonly id: number;
  readonly from: string;
  readonly text: string;
  readonly header: string;
  readonly phone: string;
  readonly received: string;
  /** It has been waited for long enough. */
  readonly isOld: boolean;
}

export interface PhoneState {
  readonly id: string;
  /** The daemon has given a sign of itself in time. */
  readonly isThere: boolean;
  /** Per cent; -1 where the phone does not tell. */
  readonly battery: number;
  readonly signal: number;
}

/** The tables of gammu-smsd, version 17 of its schema. */
export class GammuTables {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Puts a message into the outbox; one that is there, or was sent from it, is not put there again. */
  async add(sms: NewSms): Promise<void> {
    const client = await this.#pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      // Two lives of the transport may have the same message in hand.
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [sms.id]);
      const { rowCount } = await client.query(KNOWN, [sms.id]);
      if (rowCount === 0) {
        const [first, ...more] = sms.segments;
        const { rows } = await client.query<{ ID: number }>(INSERT, insertValues(sms, first));
        for (const [index, { text, coding, header }] of more.entries()) {
          await client.query(INSERT_PART, [rows[0]?.ID, index + 2, text, coding, header]);
        }
      }
      await client.query('commit');
    } catch (error) {
      // Not given back: nobody knows what state it is in.
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /** Takes a message out that no phone has begun to send. */
  async remove(id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(REMOVE, [id]);
    return (rowCount ?? 0) > 0;
  }

  /** Of these messages those that the daemon is through with. */
  sentOf(ids: readonly string[]): Promise<SentSms[]> {
    return this.#rows(SENT, [ids]);
  }

  /** Of these messages those that nobody knows any more. */
  async goneOf(ids: readonly string[]): Promise<string[]> {
    return (await this.#rows<{ id: string }>(GONE, [ids])).map(({ id }) => id);
  }

  /** Messages of which something was said at or after this time of the database; '' is none. */
  reportedSince(updated: string): Promise<SentSms[]> {
    return this.#rows(REPORTED, [updated === '' ? '-infinity' : updated]);
  }

  /** What was received and is not taken, oldest first. */
  received(phone: string | null, oldSeconds: number): Promise<ReceivedPart[]> {
    return this.#rows(RECEIVED, [phone, oldSeconds]);
  }

  async markTaken(ids: readonly number[]): Promise<void> {
    await this.#pool.query(TAKEN, [ids]);
  }

  phones(phone: string | null, timeoutSeconds: number): Promise<PhoneState[]> {
    return this.#rows(PHONES, [phone, timeoutSeconds]);
  }

  async #rows<R extends object>(sql: string, values: unknown[]): Promise<R[]> {
    return (await this.#pool.query<R>(sql, values)).rows;
  }
}

function insertValues(
  { id, to, phone, segments, wantsReport }: NewSms,
  first: Segment | undefined,
): unknown[] {
  const { text = '', coding = 'Default_No_Compression', header = '' } = first ?? {};
  return [to, text, coding, header, segments.length > 1, phone, wantsReport ? 'yes' : 'no', id];
}

const KNOWN = `
  select 1 from outbox where "CreatorID" = $1
  union all select 1 from sentitems where "CreatorID" = $1 limit 1`;
const INSERT = `
  insert into outbox ("DestinationNumber", "TextDecoded", "Coding", "UDH", "MultiPart", "SenderID", "DeliveryReport", "CreatorID")
  values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8) returning "ID"`;
const INSERT_PART = `
  insert into outbox_multipart ("ID", "SequencePosition", "TextDecoded", "Coding", "UDH")
  values ($1, $2, $3, $4, $5)`;
/** What the daemon is sending has a time until which nobody else may. */
const REMOVE = `
  with gone as (
    delete from outbox where "CreatorID" = $1 and "SendingTimeOut" <= localtimestamp(0) returning "ID"
  ), parts as (delete from outbox_multipart where "ID" in (select "ID" from gone))
  select 1 from gone`;
const STATES = `
  "CreatorID" as id, array_agg("Status" order by "SequencePosition") as states,
  array_agg("TPMR" order by "SequencePosition") as references, max("StatusCode") as error,
  max("UpdatedInDB")::text as updated`;
/** A message leaves the outbox with its last part, or with the first that cannot be sent. */
const SENT = `
  select ${STATES} from sentitems sent where "CreatorID" = any($1)
    and not exists (select 1 from outbox where outbox."ID" = sent."ID" and outbox."CreatorID" = sent."CreatorID")
  group by "CreatorID"`;
const GONE = `
  select id from unnest($1::text[]) id where not exists (select 1 from outbox where "CreatorID" = id)
    and not exists (select 1 from sentitems where "CreatorID" = id)`;
const REPORTED = `
  select ${STATES} from sentitems where "CreatorID" in (
    select "CreatorID" from sentitems where "UpdatedInDB" >= $1::timestamp and "Status" like 'Delivery%' and "CreatorID" <> ''
    order by "UpdatedInDB" limit 500
  ) group by "CreatorID" order by max("UpdatedInDB")`;
const RECEIVED = `
  select "ID" as id, "SenderNumber" as from, "TextDecoded" as text, "UDH" as header, "RecipientID" as phone,
    "ReceivingDateTime"::text as received,
    "UpdatedInDB" < localtimestamp - make_interval(secs => $2) as "isOld"
  from inbox where not "Processed" and ($1::text is null or "RecipientID" = $1) order by "ID" limit 500`;
const TAKEN = `update inbox set "Processed" = true where "ID" = any($1)`;
const PHONES = `
  select "ID" as id, "UpdatedInDB" > localtimestamp - make_interval(secs => $2) as "isThere",
    "Battery" as battery, "Signal" as signal
  from phones where $1::text is null or "ID" = $1`;

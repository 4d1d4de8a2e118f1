import type { AppRef } from '@vumi/core';
import type { AccountRecords, MessageDirection, ProgressStatus } from '@vumi/records';
import type { BoundedReads } from './bounded-reads.ts';

type MessageCounts = Pick<AccountRecords, 'countMessages' | 'countAddresses' | 'countRecent' | 'progress'>;

/** Messages that reached the app, or left it; what was discarded or failed on the way is in neither. */
const COUNTED: Readonly<Record<MessageDirection, string>> = {
  inbound: "direction = 'inbound' and status = 'received'",
  outbound: "direction = 'outbound' and status = 'queued'",
};
const OTHER_SIDE: Readonly<Record<MessageDirection, string>> = {
  inbound: 'from_addr',
  outbound: 'to_addr',
};

export function openMessageCounts(reads: BoundedReads): MessageCounts {
  const count = async (
    what: string,
    { account, app }: AppRef,
    direction: MessageDirection,
    seconds: number | null = null,
  ): Promise<number> => {
    const [row] = await reads.query<{ count: number }>(
      account,
      `select count(${what})::int as count from messages
       where account = $1 and app = $2 and ${COUNTED[direction]}
         and ($3::float8 is null or at > now() - $3 * interval '1 second')`,
      [account, app, seconds],
    );
    return row?.count ?? 0;
  };
  return {
    countMessages: (ref, direction) => count('*', ref, direction),
    countAddresses: (ref, direction) => count(`distinct ${OTHER_SIDE[direction]}`, ref, direction),
    countRecent: (ref, direction, seconds) => count('*', ref, direction, seconds),
    progress: (ref) => readProgress(reads, ref),
  };
}

async function readProgress(reads: BoundedReads, ref: AppRef): Promise<ProgressStatus> {
  const [row] = await reads.query<ProgressStatus>(
    ref.account,
    `with sent as materialized (
       select message_id from messages where account = $1 and app = $2 and ${COUNTED.outbound}),
     happened as materialized (
       select body ->> 'event_type' as type, body ->> 'delivery_status' as status
       from events join sent on user_message_id = message_id)
     select
       (select count(*)::int from sent) as sent,
       (count(*) filter (where type = 'ack'))::int as ack,
       (count(*) filter (where type = 'nack'))::int as nack,
       (count(*) filter (where type = 'delivery_report'))::int as delivery_report,
       (count(*) filter (where status = 'delivered'))::int as delivery_report_delivered,
       (count(*) filter (where status = 'failed'))::int as delivery_report_failed,
       (count(*) filter (where status = 'pending'))::int as delivery_report_pending
     from happened`,
    [ref.account, ref.app],
  );
  if (row === undefined) throw new TypeError('an aggregate has one row');
  return row;
}

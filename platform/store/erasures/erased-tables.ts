/** Rows that are deleted when the address is anywhere in them. */
export interface ErasedTable {
  readonly table: string;
  readonly key: readonly string[];
  /** Which rows are the account's ($1). */
  readonly owned: string;
  /** What came later is not touched; null: the row says nothing of its time. */
  readonly time: string | null;
}

const OWN = 'account = $1';
const OF_WEBHOOKS = 'webhook in (select id from webhooks where account = $1)';

export const ERASED_TABLES: readonly ErasedTable[] = [
  { table: 'schedules', key: ['id'], owned: OWN, time: 'created_at' },
  { table: 'runs', key: ['seq'], owned: OWN, time: 'at' },
  { table: 'app_logs', key: ['id'], owned: OWN, time: 'at' },
  { table: 'failures', key: ['seq'], owned: OWN, time: 'failed_at' },
  { table: 'webhook_deliveries', key: ['seq'], owned: OF_WEBHOOKS, time: 'created_at' },
  {
    table: 'webhook_streams',
    key: ['webhook', 'user_address'],
    // One that has something to deliver keeps its numbers.
    owned: `${OF_WEBHOOKS} and not exists (select from webhook_deliveries
      where webhook_deliveries.webhook = webhook_streams.webhook
        and webhook_deliveries.user_address = webhook_streams.user_address)`,
    time: null,
  },
  {
    table: 'smpp_parts',
    key: ['system_id', 'message_key', 'part'],
    owned: 'system_id in (select system_id from smpp_clients where account = $1)',
    time: 'at',
  },
];

/** Rows that stay and lose the address: others use them, or they are about more than one person. */
export interface CleanedTable {
  readonly table: string;
  /** Which rows are the account's ($1). */
  readonly owned: string;
  readonly time: string;
  readonly columns: readonly { readonly name: string; readonly isJson: boolean }[];
}

const text = (name: string) => ({ name, isJson: false });

export const CLEANED_TABLES: readonly CleanedTable[] = [
  {
    table: 'alerts',
    owned: OWN,
    time: 'raised_at',
    // Kind and subject are what an alert is cleared by; they name things of the platform.
    columns: [text('message'), { name: 'details', isJson: true }],
  },
  // Contacts are in groups by their keys, which stay.
  { table: 'contact_groups', owned: OWN, time: 'created_at', columns: [text('name'), text('query')] },
  { table: 'batches', owned: 'scope = $1', time: 'created_at', columns: [text('name')] },
];

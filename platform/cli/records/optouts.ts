import { normaliseAddress } from '@vumi/records';
import { path, type Client } from '../client.ts';
import { outcomeOf, type Outcome, type RowTarget } from './import-rows.ts';
import type { Row } from './rows.ts';

export interface Optout {
  readonly address_type: string;
  readonly address_value: string;
  readonly message_id: string | null;
  readonly created_at: string;
}

const BATCH = 8;
/** What the columns are called elsewhere. */
const NAMES: Readonly<Record<string, string>> = {
  address: 'address_value',
  msisdn: 'address_value',
  type: 'address_type',
  message: 'message_id',
};

function read({ fields }: Row): { type: string; address: string; messageId: string | null } {
  const named = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const plain = name.trim().toLowerCase().replaceAll(' ', '_');
      return [NAMES[plain] ?? plain, typeof value === 'string' ? value.trim() : value];
    }),
  );
  const { address_type: type = 'msisdn', address_value: address, message_id: message } = named;
  if (typeof address !== 'string' || address === '') throw new Error('it has no address_value');
  if (typeof type !== 'string' || type === '') throw new Error('it has no address_type');
  const messageId = typeof message === 'string' && !['', 'None'].includes(message) ? message : null;
  return { type, address: type === 'msisdn' ? normaliseAddress('msisdn', address) : address, messageId };
}

/** Notes who wants no more messages. `known` are those of whom it is known. */
export function optoutTarget(client: Client, account: string, known: readonly Optout[]): RowTarget {
  const out = new Set(known.map(({ address_type, address_value }) => `${address_type}:${address_value}`));
  const put = async (row: Row, dry: boolean): Promise<Outcome> => {
    const { type, address, messageId } = read(row);
    const name = `${type}:${address}`;
    if (out.has(name)) return 'same';
    out.add(name);
    const body = { message_id: messageId };
    if (!dry) await client.call('PUT', path`/accounts/${account}/optouts/${type}/${address}`, { body });
    return 'made';
  };
  return {
    batch: BATCH,
    put: (rows, dry) => Promise.all(rows.map((row) => outcomeOf(() => put(row, dry)))),
  };
}

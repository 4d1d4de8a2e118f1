import { VumiError } from '@vumi/core';
import type { MessageRow, ServedInterface } from '@vumi/store';
import type { Door } from '../dialect.ts';

type State = 'Pending' | 'Processed' | 'Sent' | 'Delivered' | 'Failed' | 'Cancelled';

/** One receiver of what a client has sent. */
export interface Recipient {
  readonly phoneNumber: string;
  /** Null: it was refused at once. */
  readonly messageId: string | null;
  readonly error?: string;
}

const STATES: Readonly<Partial<Record<MessageRow['status'], State>>> = {
  queued: 'Pending',
  uncertain: 'Processed',
  ack: 'Sent',
  pending: 'Sent',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
};
/** Of what is under way. */
const ORDER: readonly State[] = ['Pending', 'Processed', 'Sent', 'Delivered'];

interface Fate {
  readonly recipient: { readonly phoneNumber: string; readonly state: State; readonly error?: string };
  /** When it came to which state, ISO 8601. */
  readonly states: Readonly<Partial<Record<State, string>>>;
}

/** What the gateway would say of a message. */
export async function stateOf(
  id: string,
  recipients: readonly Recipient[],
  { own, door }: { readonly own: ServedInterface; readonly door: Pick<Door, 'message'> },
): Promise<object> {
  const fates = await Promise.all(recipients.map((recipient) => fateOf(recipient, own, door)));
  return {
    id,
    deviceId: own.name,
    state: overall(fates.map(({ recipient }) => recipient.state)),
    isHashed: false,
    isEncrypted: false,
    recipients: fates.map(({ recipient }) => recipient),
    states: Object.assign({}, ...fates.map(({ states }) => states)) as object,
  };
}

async function fateOf(
  { phoneNumber, messageId, error }: Recipient,
  own: ServedInterface,
  door: Pick<Door, 'message'>,
): Promise<Fate> {
  if (messageId === null)
    return {
      recipient: { phoneNumber, state: 'Failed', ...(error === undefined ? {} : { error }) },
      states: {},
    };
  const row = await rowOf(messageId, own, door);
  if (row === null) return { recipient: { phoneNumber, state: 'Pending' }, states: {} };
  const states: Partial<Record<State, string>> = { Pending: new Date(row.timestamp).toISOString() };
  for (const { status, timestamp } of row.events)
    states[nameOf(status)] ??= new Date(timestamp).toISOString();
  const state = nameOf(row.status);
  const failure = state === 'Failed' ? { error: row.reason ?? row.status } : {};
  return { recipient: { phoneNumber, state, ...failure }, states };
}

/** Null: it is on its way to the records. */
async function rowOf(
  messageId: string,
  own: ServedInterface,
  door: Pick<Door, 'message'>,
): Promise<MessageRow | null> {
  try {
    return await door.message(own, messageId);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return null;
    throw error;
  }
}

function nameOf(status: MessageRow['status']): State {
  return STATES[status] ?? 'Failed';
}

/** That of the one that is least far; failed, when none is under way. */
function overall(states: readonly State[]): State {
  const found = ORDER.find((state) => states.includes(state));
  return found ?? (states.every((state) => state === 'Cancelled') ? 'Cancelled' : 'Failed');
}

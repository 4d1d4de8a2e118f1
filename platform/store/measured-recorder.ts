import { eventClass } from '@vumi/core';
import { messageMeasures } from '@vumi/measures';
import type { MessageOwner, Recorder } from './message-ports.ts';

/** Messages whose owner is remembered, until their events come: some megabytes. */
const REMEMBERED = 50_000;
const NOBODY: MessageOwner = { account: '', app: null };

/** The same recorder; what it has written is counted by owner. */
export function measuredRecorder(recorder: Recorder): Recorder {
  const owners = new Map<string, MessageOwner>();
  const remember = (id: string, owner: MessageOwner | null): void => {
    if (owner === null) return;
    owners.set(id, owner);
    if (owners.size > REMEMBERED) for (const oldest of owners.keys()) return void owners.delete(oldest);
  };
  return {
    async inbound(message, owner, status) {
      await recorder.inbound(message, owner, status);
      count(owner, 'inbound', status);
    },
    async outbound(message, owner, status) {
      // Before its row is written the message may have left, and its event may be here.
      remember(message.message_id, owner);
      await recorder.outbound(message, owner, status);
      count(owner, 'outbound', status);
    },
    async event(event) {
      await recorder.event(event);
      const { account, app } = owners.get(event.user_message_id) ?? NOBODY;
      messageMeasures.events.add(1, account, app ?? '', eventClass(event));
    },
  };
}

function count(owner: MessageOwner | null, direction: string, status: string): void {
  const { account, app } = owner ?? NOBODY;
  messageMeasures.messages.add(1, account, app ?? '', direction, status);
}

import { Lanes } from '@vumi/core';
import type { Dispatcher } from './dispatcher.ts';

/**
 * Messages of one user leave in the order in which they came, however long a router or a middleware thinks about one of
 * them; those of others do not wait. Vumi's dispatchers took one message at a time.
 */
export function inOrder(dispatcher: Dispatcher): Dispatcher {
  const users = new Lanes();
  return {
    ...dispatcher,
    inbound: (message, connector) =>
      users.run(`i${message.from_addr}`, 1, () => dispatcher.inbound(message, connector)),
    outbound: (message, connector) =>
      users.run(`o${message.to_addr}`, 1, () => dispatcher.outbound(message, connector)),
    event: (event, connector) =>
      users.run(`e${event.user_message_id}`, 1, () => dispatcher.event(event, connector)),
  };
}

import { createAck, createUserMessage, type Middleware, type Transit, type UserMessage } from '@vumi/core';
import type { KeyedState } from '@vumi/core';

export const message = (fields: Partial<UserMessage> = {}): UserMessage =>
  createUserMessage({
    from_addr: '+27761234567',
    to_addr: '8000',
    transport_name: 'smsc',
    transport_type: 'sms',
    content: 'hi',
    ...fields,
  });

type Flow = 'inbound' | 'outbound';

export const taken = (flow: Flow, connector: string, from: UserMessage = message()): Transit => ({
  stage: 'consume',
  flow,
  connector,
  message: from,
});

export const sent = (flow: Flow, connector: string, to: UserMessage = message()): Transit => ({
  ...taken(flow, connector, to),
  stage: 'publish',
});

export const eventOf = (user_message_id: string): Transit => ({
  stage: 'consume',
  flow: 'event',
  connector: 'smsc',
  message: createAck({ user_message_id, transport_name: 'smsc' }, 'smsc-1'),
});

/** What the middleware passes on of a transit; `fails` is what follows. */
export async function pass(middleware: Middleware, transit: Transit, fails?: Error): Promise<Transit[]> {
  const passed: Transit[] = [];
  await middleware(transit, async (following) => {
    passed.push(following);
    if (fails !== undefined) throw fails;
  });
  return passed;
}

export function mapState(): Pick<KeyedState, 'get' | 'set' | 'delete'> {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => values.delete(key),
  };
}

import { createUserMessage, type KeyedState } from '@vumi/core';
import { expect, test } from 'vitest';
import { createEventRoutes } from './event-routes.ts';
import { stampMessage } from './stamp.ts';

function spiedState(): { state: KeyedState; asked: string[] } {
  const asked: string[] = [];
  const kept = new Map<string, string>();
  const state = {
    get: (key: string) => {
      asked.push(key);
      return Promise.resolve(kept.get(key) ?? null);
    },
    set: (key: string, value: string) => {
      kept.set(key, value);
      return Promise.resolve();
    },
  };
  return { state: state as unknown as KeyedState, asked };
}

const message = stampMessage(createUserMessage({ to_addr: '1', from_addr: '2' }), {
  account: 'acme',
  app: 'quiz',
});

test('another process finds the sender in the state', async () => {
  const { state } = spiedState();
  await createEventRoutes(state).remember(message);
  await expect(createEventRoutes(state).senderOf(message.message_id)).resolves.toEqual({
    account: 'acme',
    app: 'quiz',
  });
});

test('the state is not asked for events that nobody wants', async () => {
  const { state, asked } = spiedState();
  const routes = createEventRoutes(state);
  routes.forgo(message.message_id);
  await expect(routes.senderOf(message.message_id)).resolves.toBeNull();
  expect(asked).toEqual([]);
  await expect(routes.senderOf('unknown')).resolves.toBeNull();
  expect(asked).toEqual(['sender/unknown']);
});

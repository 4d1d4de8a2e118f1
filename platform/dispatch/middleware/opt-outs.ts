import {
  deriveId,
  endpointOf,
  reply,
  stampOf,
  VumiError,
  type Middleware,
  type Next,
  type Stamp,
  type Transit,
  type UserMessage,
} from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { isUnasked, optedOutText, stopWish } from '@vumi/records';
import { z } from 'zod';
import { shareCatalog } from '../catalog.ts';
import { isUnrouted } from '../dispatcher.ts';
import { isOptedOut, noteStop } from '../optouts.ts';
import type { Routed } from '../router.ts';
import { createStopWords } from '../stop-words.ts';
import type { MessageRecorder } from './recording.ts';
import { storeOf } from './store-of.ts';

export interface OptOutPorts {
  readonly isActive: (account: string) => boolean;
  /** Whether the address wants no message of the owner that it did not ask for. `source` is where the message is from. */
  readonly isOptedOut: (owner: Stamp, address: string, source: string) => Promise<boolean>;
  /** Heeds who writes STOP, and answers with what is to be said to that in place of the app (stop-words.ts). */
  readonly heedStop: (message: UserMessage, owner: Stamp | null) => Promise<string | null>;
  /** Sends the answer. */
  readonly deliver: (routed: Routed) => Promise<void>;
  readonly recorder: Pick<MessageRecorder, 'inbound'>;
}

/** Heeds STOP and START, and refuses messages that nobody asked for to who has opted out (decision 0021). */
export function createOptOuts(ports: OptOutPorts): Middleware {
  return (transit, next) => {
    const { stage, flow } = transit;
    if (flow === 'outbound' && stage === 'consume') return refuseUnwanted(transit, next, ports);
    if (flow !== 'inbound' || stopWish(transit.message.content) === null) return next(transit);
    return stage === 'consume'
      ? heedUnrouted(transit.message, next(transit), ports)
      : heedRouted(transit, next, ports);
  };
}

type Outbound = Extract<Transit, { flow: 'outbound' | 'inbound' }>;

async function refuseUnwanted(transit: Outbound, next: Next, ports: OptOutPorts): Promise<void> {
  const { message, connector } = transit;
  const owner = stampOf(message);
  if (owner !== null && message.to_addr !== null && isUnasked(message)) {
    if (await ports.isOptedOut(owner, message.to_addr, connector)) {
      throw new VumiError('optout.refused', optedOutText(message));
    }
  }
  return next(transit);
}

async function heedUnrouted(
  message: UserMessage,
  handled: Promise<void>,
  { heedStop }: OptOutPorts,
): Promise<void> {
  try {
    await handled;
  } catch (error) {
    if (isUnrouted(error)) await heedStop(message, null);
    throw error;
  }
}

async function heedRouted(transit: Outbound, next: Next, ports: OptOutPorts): Promise<void> {
  const { message } = transit;
  const owner = stampOf(message);
  const confirmation = await ports.heedStop(message, owner);
  if (confirmation === null || (owner !== null && !ports.isActive(owner.account))) return next(transit);
  const answer = reply(message, confirmation, { continueSession: false });
  await ports.deliver({
    flow: 'outbound',
    connector: message.transport_name ?? '',
    endpoint: endpointOf(answer),
    message: { ...answer, message_id: deriveId(message.message_id, 'stop') },
  });
  await ports.recorder.inbound(message, owner, 'received');
}

export const optOutMiddleware = defineMiddleware({
  type: 'opt_outs',
  aliases: [],
  summary: 'heeds STOP and START, and refuses unasked messages to who has opted out',
  configSchema: z.strictObject({}),
  async start(_config, ports) {
    const store = storeOf(ports);
    const catalog = await shareCatalog(store);
    const heed = createStopWords({
      table: () => catalog.table(),
      note: (account, message, wish) => noteStop(store.effects, account, message, wish),
    });
    const handle = createOptOuts({
      isActive: (account) => catalog.table().isActive(account),
      isOptedOut: (owner, address) => isOptedOut({ catalog, store }, owner, { address, byApp: true }),
      // Whoever writes such a dispatcher has the application answer.
      heedStop: async (message, owner) => heed(message, owner).then(() => null),
      deliver: () => Promise.resolve(),
      recorder: store.recorder,
    });
    return { handle, close: async () => catalog[Symbol.dispose]() };
  },
});

import { stampOf, type Middleware, type UserMessage } from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';
import { shareCatalog } from '../catalog.ts';
import type { MessageRecorder } from './recording.ts';
import { storeOf } from './store-of.ts';

export interface AccountGatePorts {
  readonly isActive: (account: string) => boolean;
  readonly recorder: Pick<MessageRecorder, 'inbound' | 'outbound'>;
}

/** Ends messages from and to accounts that are switched off, and records them as discarded. */
export function createAccountGate({ isActive, recorder }: AccountGatePorts): Middleware {
  const isShut = (message: UserMessage): boolean => {
    const owner = stampOf(message);
    return owner !== null && !isActive(owner.account);
  };
  return (transit, next) => {
    const { stage, flow, message } = transit;
    if (flow === 'outbound' && stage === 'consume' && isShut(message)) {
      return recorder.outbound(message, stampOf(message), 'discarded');
    }
    if (flow === 'inbound' && stage === 'publish' && isShut(message)) {
      return recorder.inbound(message, stampOf(message), 'discarded');
    }
    return next(transit);
  };
}

export const accountGateMiddleware = defineMiddleware({
  type: 'account_gate',
  aliases: [],
  summary: 'ends messages of accounts that are switched off',
  configSchema: z.strictObject({}),
  async start(_config, ports) {
    const store = storeOf(ports);
    const catalog = await shareCatalog(store);
    const isActive = (account: string): boolean => catalog.table().isActive(account);
    const handle = createAccountGate({ isActive, recorder: store.recorder });
    return { handle, close: async () => catalog[Symbol.dispose]() };
  },
});

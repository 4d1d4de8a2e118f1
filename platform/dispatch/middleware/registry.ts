import type { MiddlewareType } from '@vumi/middleware';
import type { CountingTypes } from '../credits/count-segments.ts';
import { accountGateMiddleware } from './account-gate.ts';
import { conversationMiddleware } from './conversations.ts';
import { creditsMiddleware } from './credits.ts';
import { eventMemoryMiddleware } from './event-memory.ts';
import { optOutMiddleware } from './opt-outs.ts';
import { receivableMiddleware } from './receivable.ts';
import { recordingMiddleware } from './recording.ts';

/** What the platform's dispatcher does beside routing, for other dispatchers. `transports`: the kinds that there are. */
export const dispatchMiddlewareTypes = (transports: CountingTypes) =>
  ({
    recording: recordingMiddleware,
    credits: creditsMiddleware(transports),
    account_gate: accountGateMiddleware,
    opt_outs: optOutMiddleware,
    receivable: receivableMiddleware,
    conversations: conversationMiddleware,
    event_memory: eventMemoryMiddleware,
  }) as const satisfies Record<string, MiddlewareType>;

import { slugSchema, type AppRef } from '@vumi/core';
import type { MessageDirection } from '@vumi/records';
import { z } from 'zod';
import { defineCall, type ResourceCall } from './resource-call.ts';
import type { TurnScope } from './turn-scope.ts';

/** Seconds; as in Vumi Go. */
const SAMPLE_TIME = 300;
const SECONDS_PER_MINUTE = 60;

/** The name of another app of the account, which Vumi Go called a conversation. */
const conversation = z.strictObject({
  conversation_key: z
    .string()
    .refine((name) => slugSchema.safeParse(name).success, 'Invalid conversation_key')
    .nullish(),
});
const sampled = conversation.extend({ sample_time: z.int().positive().max(86_400).default(SAMPLE_TIME) });

function appOf({ origin }: TurnScope, { conversation_key }: z.infer<typeof conversation>): AppRef {
  return { account: origin.ref.account, app: conversation_key ?? origin.ref.app };
}

function counted(count: (turn: TurnScope, ref: AppRef) => Promise<number>): ResourceCall {
  return defineCall(conversation, async (args, turn) => ({ count: await count(turn, appOf(turn, args)) }));
}

function throughput(direction: MessageDirection): ResourceCall {
  return defineCall(sampled, async ({ sample_time, ...args }, turn) => {
    const messages = await turn.records.countRecent(appOf(turn, args), direction, sample_time);
    return { throughput: (messages * SECONDS_PER_MINUTE) / sample_time };
  });
}

/** Spec sandbox-api §2, `messagestore.*`. What the handler sends itself is counted when it has left. */
export const MESSAGE_STORE_CALLS = {
  'messagestore.progress_status': defineCall(conversation, async (args, turn) => ({
    progress_status: await turn.records.progress(appOf(turn, args)),
  })),
  'messagestore.count_replies': counted(({ records }, ref) => records.countMessages(ref, 'inbound')),
  'messagestore.count_sent_messages': counted(({ records }, ref) => records.countMessages(ref, 'outbound')),
  'messagestore.count_inbound_uniques': counted(({ records }, ref) => records.countAddresses(ref, 'inbound')),
  'messagestore.count_outbound_uniques': counted(({ records }, ref) =>
    records.countAddresses(ref, 'outbound'),
  ),
  'messagestore.inbound_throughput': throughput('inbound'),
  'messagestore.outbound_throughput': throughput('outbound'),
} as const;

import { slugSchema } from '@vumi/core';
import { callResource } from '../resources/registry.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { refuse, succeed, type Command, type Reply } from './replies.ts';

/** A question about the messages of an app, the one that asks or another of its account. */
export function messageStoreCommand(name: string, isSampled: boolean) {
  return async (turn: TurnScope, command: Command): Promise<Reply> => {
    const { conversation_key, sample_time } = command;
    if ((conversation_key ?? null) !== null && !slugSchema.safeParse(conversation_key).success)
      return refuse('Invalid conversation_key');
    const args = {
      ...(conversation_key === undefined ? {} : { conversation_key }),
      ...(isSampled && sample_time !== undefined ? { sample_time: Number(sample_time) } : {}),
    };
    return succeed((await callResource(name, args, turn)) as Record<string, unknown>);
  };
}

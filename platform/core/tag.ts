import { z } from 'zod';
import type { UserMessage } from './wire.ts';

/** Pool and name. */
export type MessageTag = readonly [pool: string, name: string];

const schema = z.object({ tag: z.tuple([z.string(), z.string()]) });

/** What a message is tagged with, where Vumi has it: `helper_metadata.tag.tag`. */
export function tagOf({ helper_metadata }: Pick<UserMessage, 'helper_metadata'>): MessageTag | null {
  const { tag } = helper_metadata;
  // Most messages have none: they should not pay for the schema.
  return tag === undefined ? null : (schema.safeParse(tag).data?.tag ?? null);
}

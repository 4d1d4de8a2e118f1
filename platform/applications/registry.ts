import type { WorkerType } from '@vumi/runtime';
import { httpRelay } from './http-relay/http-relay.ts';
import { rapidSmsRelay } from './rapidsms-relay/rapidsms-relay.ts';
import { staticReply } from './static-reply.ts';
import { echo, reverse, wordCount } from './words.ts';

/** Every kind of trusted application; a new one is a folder and a line here. */
export const applicationTypes = {
  echo,
  http_relay: httpRelay,
  rapidsms_relay: rapidSmsRelay,
  reverse,
  static_reply: staticReply,
  word_count: wordCount,
} as const satisfies Record<string, WorkerType>;

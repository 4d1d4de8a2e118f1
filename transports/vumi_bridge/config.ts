import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import {
  callerOptions,
  checkCallers,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { ignoredOptions } from '../ignored-options.ts';

const conversationOptions = {
  account_key: z.string().min(1).describe('Key of the account over there'),
  conversation_key: z.string().min(1).describe('Key of the conversation of its HTTP API'),
  access_token: secretSchema.describe('Token of that conversation'),
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://go.vumi.org/api/v1/go/http_api_nostream/')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe(
      'Where the HTTP API is, without the key of the conversation. Default: `https://go.vumi.org/api/v1/go/http_api_nostream/`',
    ),
  message_life_time: z
    .number()
    .positive()
    .default(172_800)
    .describe('Seconds that events may come later than their messages. Default: 172800, two days'),
} as const;

const { receipt_lifetime: _lifetime, ...bridgeSending } = sendOptions;
const { transport_type: _type, ...bridgeMessages } = messageOptions('');

/** Of Vumi, which tried to connect where it was called. */
const RECONNECTING = 'it is called, and connects to nobody but to send';
const reasons = {
  max_reconnect_delay: RECONNECTING,
  max_retries: RECONNECTING,
  initial_delay: RECONNECTING,
  factor: RECONNECTING,
  jitter: RECONNECTING,
} as const;

/** The options in the groups in which the reference lists them. */
export const BRIDGE_GROUPS = {
  Conversation: conversationOptions,
  Messages: bridgeMessages,
  Callers: callerOptions,
  Sending: bridgeSending,
  'Of no effect': { ...ignoredOptions(reasons), ...ignoredHttpOptions },
} as const;

export const bridgeConfigSchema = z
  .strictObject({
    ...conversationOptions,
    ...bridgeMessages,
    ...callerOptions,
    ...heldOptions(1),
    ...bridgeSending,
    ...ignoredOptions(reasons),
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers)
  // What comes over the bridge says itself what it is.
  .transform((config) => ({ ...config, transport_type: 'vumi_bridge' }));

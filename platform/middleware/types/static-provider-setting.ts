import type { UserMessage } from '@vumi/core';
import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';

const configSchema = z.strictObject({
  provider: z.string().min(1).describe('The name of the network operator'),
});

/** Says of every message that it is of one network operator, whatever was said before. */
export const staticProviderSetting = defineMiddleware({
  type: 'static_provider_setting',
  aliases: [
    'vumi.middleware.provider_setter.StaticProviderSettingMiddleware',
    'vumi.middleware.StaticProviderSettingMiddleware',
  ],
  summary: 'sets the provider of messages to one operator',
  configSchema,
  start({ provider }) {
    const set = (message: UserMessage): UserMessage =>
      message.provider === provider ? message : { ...message, provider };
    return { inbound: set, outbound: set };
  },
});

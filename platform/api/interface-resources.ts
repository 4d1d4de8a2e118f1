import { interfaceSettingsSchema, nameSchema, slugSchema } from '@vumi/core';
import { z } from 'zod';

export const interfaceSchema = z.object({
  account: slugSchema,
  name: nameSchema,
  ...interfaceSettingsSchema.shape,
  message_url: z.string().nullable().describe('A password in it reads "***"'),
  event_url: z.string().nullable().describe('A password in it reads "***"'),
  status_url: z.string().nullable().describe('A password in it reads "***"'),
  auth_token: z.string().nullable().describe('Reads "***"; null: there is none'),
  created_at: z.string().describe('ISO 8601, UTC'),
});

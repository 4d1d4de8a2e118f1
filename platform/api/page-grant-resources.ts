/** What the API answers about what pages of apps may do. */
import { GRANTED_SCOPES, PAGE_AUDIENCES } from '@vumi/core';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const pageAudience = z
  .enum(PAGE_AUDIENCES)
  .describe('members: people who were invited and are signed in; links: users whose phone has opened a link');
export const grantedScope = z.enum(GRANTED_SCOPES);

export const pageGrantSchema = z.object({
  scope: grantedScope,
  audience: pageAudience,
  lets: z.string().describe('What they may do with it, for people'),
  shows_numbers: z.boolean().describe('Whether numbers of people are shown in full'),
  asked: z.boolean().describe('Whether the active version asks for it in its vumi.json'),
  granted_at: instant.nullable().describe('null: it is not granted, and has no effect'),
  granted_by: z.string().nullable(),
});

export const pageGrantsSchema = z.object({
  items: z.array(pageGrantSchema).describe('What the active version asks for, and what is granted'),
});

export const pageNumberUseSchema = z.object({
  day: z.string().describe('YYYY-MM-DD, UTC'),
  viewer: z
    .string()
    .nullable()
    .describe('The member to whom numbers were shown; null: users behind links, each his own'),
  requests: z.int().describe('Requests of the page that were answered with numbers in full'),
  numbers: z.int().describe('Numbers in them; one that is shown twice counts twice'),
});

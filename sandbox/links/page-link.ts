import { hash } from 'node:crypto';
import type { AppRef } from '@vumi/core';
import { z } from 'zod';
import { userStateKey } from '../apps/keys.ts';

/** How long a browser is somebody's after it has opened a link. */
export const VISIT_MS = 30 * 60_000;
/** Where the process that serves pages says how they are reached: an address with `{app}` in place of the host's first label. */
export const PAGES_AT = 'pages-at';

const place = z.strictObject({ to: z.string().max(256), id: z.string().min(1).max(128) });

export const questionSchema = z.looseObject({
  to: z.string().max(256),
  talk: z.string().max(128),
  tag: z.string().max(512),
  since: z.number(),
});

export type Question = z.infer<typeof questionSchema>;

/** What is remembered of a link, under its hash: the link itself is nowhere. */
export const linkSchema = z.strictObject({
  account: z.string(),
  app: z.string(),
  version: z.int(),
  user: z.string(),
  path: z.string(),
  scopes: z.array(z.string()),
  /** Milliseconds since the epoch. */
  made: z.number(),
  expires: z.number(),
  /** With which conversation it ends; null: with none. */
  talk: place.nullable(),
  /** The question that its page answers; null: it answers none. */
  question: questionSchema.nullable(),
  /** Hash of the digits and of the link; null: none are asked for. */
  pin: z.string().nullable(),
});
export type PageLink = z.infer<typeof linkSchema>;

/** A browser that has opened a link. */
export const visitSchema = z.strictObject({ id: z.string(), link: linkSchema, until: z.number() });
export type Visit = z.infer<typeof visitSchema>;

/** Links of a user that are not over, and when they are, in milliseconds since the epoch. */
const openLinksSchema = z.record(z.string(), z.number());
export type OpenLinks = z.infer<typeof openLinksSchema>;

export const placeSchema = place;

export function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Digits are few: only who has the link can try them. */
export function pinHash(code: string, pin: string): string {
  return hashOf(`${code} ${pin}`);
}

export function linkKey({ account, app }: AppRef, id: string): string {
  return `${LINK_START}${account}/${app}/${id}`;
}
export const LINK_START = 'page-link/';

export function visitKey(secret: string): string {
  return `page-visit/${hashOf(secret)}`;
}

/** Where links of a user stand as long as they are good: in his state, so that they go when it is erased. */
export function openLinksKey(ref: AppRef, user: string): string {
  return userStateKey(ref, user, 'vumi:links');
}

export function readOpenLinks(text: string | null): OpenLinks {
  return text === null ? {} : openLinksSchema.parse(JSON.parse(text));
}

import type { Secret } from '@vumi/core';
import { isSameSecret, type HttpAnswer } from '@vumi/http';
import { plain } from '../http/answers.ts';
import type { ChannelRequest } from '../http/channel.ts';
import { listOf, readObject } from '../http/json.ts';
import { hmacOf, isSigned } from '../http/signatures.ts';

/** How Meta's platforms prove themselves, and we to them (spec channels §C, WhatsApp). */
export interface MetaSecrets {
  readonly app_secret: Secret;
  readonly verify_token: Secret;
}

/** Who subscribes knows our token, who calls signs the body as it came; anybody else gets this answer. */
export function verifyMeta(
  { method, url, headers, body }: ChannelRequest,
  { app_secret, verify_token }: MetaSecrets,
): HttpAnswer | null {
  if (method === 'GET') {
    const { searchParams: query } = url;
    const knows = isSameSecret(query.get('hub.verify_token') ?? '', verify_token.reveal());
    return query.get('hub.mode') === 'subscribe' && knows ? null : plain(403, 'Forbidden');
  }
  const expected = `sha256=${hmacOf({ hash: 'sha256', key: app_secret.reveal() }, body)}`;
  return isSigned(headers['x-hub-signature-256'], expected) ? null : plain(401, 'Wrong signature');
}

/** A subscription is confirmed by its own words; a call by 200. */
export function answerMeta(_published: unknown, { method, url }: ChannelRequest): HttpAnswer {
  return plain(200, method === 'GET' ? (url.searchParams.get('hub.challenge') ?? '') : '');
}

type Fields = Readonly<Record<string, unknown>>;

/** The elements of a call, each of which stands for itself: one that is wrong does not lose the others. */
export function entriesOf({ method, body }: ChannelRequest): readonly Fields[] | null {
  if (method === 'GET') return [];
  const call = readObject(body);
  return call === null ? null : listOf(call['entry']);
}

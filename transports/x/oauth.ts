import { hmacOf } from '../http/signatures.ts';

export interface OauthKeys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
}

interface Signed {
  readonly method: string;
  /** Without a query. */
  readonly url: string;
  /** Of the query and of a form; a body of another kind is not signed. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Another one for each request. */
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** The header by which an account proves a request (RFC 5849 §3). */
export function oauthHeader(request: Signed, keys: OauthKeys): string {
  const { method, url, parameters, nonce, timestamp } = request;
  const proof = {
    oauth_consumer_key: keys.consumerKey,
    oauth_nonce: nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(timestamp),
    oauth_token: keys.token,
    oauth_version: '1.0',
  };
  const pairs = Object.entries({ ...parameters, ...proof })
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted();
  const key = `${escaped(keys.consumerSecret)}&${escaped(keys.tokenSecret)}`;
  const base = [method, url, pairs.join('&')].map(escaped).join('&');
  const signature = hmacOf({ hash: 'sha1', key, coding: 'base64' }, base);
  const fields = Object.entries({ ...proof, oauth_signature: signature });
  return `OAuth ${fields.map(([name, value]) => `${name}="${escaped(value)}"`).join(', ')}`;
}

/** RFC 3986 §2.3 leaves fewer characters alone than JavaScript. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

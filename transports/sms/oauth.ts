import type { Answered } from '../http/channel-sending.ts';
import { readJson, textAt } from '../http/json.ts';

/** Where an endpoint does not say how long a token lives, as many do. */
const USUAL_SECONDS = 3600;

/** The token of an answer (RFC 6749 section 5.1); null when it has none. */
export function readToken({ body }: Answered): { token: string; lifetimeMs: number } | null {
  const said = readJson(body);
  const token = textAt(said, 'access_token');
  const seconds = Number(textAt(said, 'expires_in') ?? USUAL_SECONDS);
  if (token === undefined || token === '') return null;
  return { token, lifetimeMs: (seconds > 0 ? seconds : USUAL_SECONDS) * 1000 };
}

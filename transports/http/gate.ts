import { AddressRanges, isSameSecret, readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import type { CallerConfig } from './options.ts';
import { plain } from './answers.ts';

type GateConfig = Pick<
  CallerConfig,
  'allowed_addresses' | 'web_username' | 'web_password' | 'web_auth_domain'
>;
type Asked = Pick<HttpRequest, 'headers' | 'remoteAddress'>;

/** Gives the answer for a caller who may not call, or null (spec channels §1.8). */
export function createGate(config: GateConfig): (request: Asked) => HttpAnswer | null {
  const { allowed_addresses, web_username: username, web_password: password } = config;
  const ranges = allowed_addresses === undefined ? null : new AddressRanges(allowed_addresses);
  const realm = config.web_auth_domain.replaceAll(/["\\]/g, '');
  return ({ headers, remoteAddress }) => {
    if (ranges !== null && !ranges.includes(remoteAddress)) return plain(403, 'Forbidden');
    if (username === undefined || password === undefined) return null;
    const given = readBasic(headers.authorization);
    const isRight =
      given !== null &&
      isSameSecret(given.username, username) &&
      isSameSecret(given.password, password.reveal());
    if (isRight) return null;
    const refusal = plain(401, 'Not Authorized');
    return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': `Basic realm="${realm}"` } };
  };
}

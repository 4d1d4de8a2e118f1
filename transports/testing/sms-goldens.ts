import { createHmac } from 'node:crypto';
import type { CalledRequest } from './called-http.ts';
import type { Scripted } from './provider-play.ts';
import type { smsProviders } from '../sms/registry.ts';

export type Provider = keyof typeof smsProviders;

export const U = '+27761234567';
export const u = '27761234567';
export const C = '+27800000001';
export const c = '27800000001';

export const CONFIGS: Readonly<Record<Provider, Record<string, unknown>>> = {
  external: { send_url: 'http://g/?to={{to_no_plus}}&t={{text}}', send_method: 'GET' },
  africas_talking: { username: 'x', api_key: 'k' },
  twilio: { account_sid: 'AC1', auth_token: 'auth-token' },
  infobip: { base_url: 'https://x.api.infobip.com/', api_key: 'k' },
  clickatell: { api_key: 'k' },
  termii: { api_key: 'k', secret_key: 'sk' },
  vonage: { api_key: 'k', api_secret: 's' },
  hubtel: { client_id: 'i', client_secret: 's' },
  orange: { client_id: 'i', client_secret: 's' },
  mtn: { client_id: 'i', client_secret: 's', sender: '9' },
  dmark_sms: { auth_token: 'k' },
  capcom6: { username: 'x', password: 'p', signing_key: 'signing-key' },
  yo: { username: 'x', password: 'p' },
};

export const TOKEN: Scripted = [200, { access_token: 'tok', expires_in: '3600' }];
/** An answer of Africa's Talking. */
export const talkingAnswer = (status: string, statusCode: number): Scripted => [
  201,
  { SMSMessageData: { Recipients: [{ status, statusCode, messageId: 'ATX_1' }] } },
];

/** A request that Twilio has signed, as its documentation says how. */
export function signedByTwilio(path: string, fields: Record<string, string>): CalledRequest {
  const text = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}${fields[name]}`)
    .join('');
  const hmac = createHmac('sha1', 'auth-token').update(`https://vumi.example/hooks/net${path}${text}`);
  return { path, form: fields, headers: { 'x-twilio-signature': hmac.digest('base64') } };
}

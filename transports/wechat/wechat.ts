import { createHash } from 'node:crypto';
import type { HttpAnswer } from '@vumi/http';
import { withModules } from '../aliases.ts';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest } from '../http/channel.ts';
import { readObject, textOf } from '../http/json.ts';
import { isFresh, isSigned } from '../http/signatures.ts';
import { wechatConfigSchema, type WechatConfig } from './config.ts';
import { masked, readCall } from './read-call.ts';
import { fitsAnswer, LONGEST_TEXT, writeAnswer, writeMessage } from './write-reply.ts';

/** What WeChat is answered that is to show its user nothing and to ask nothing again. */
const NOTHING_TO_SAY = plain(200, 'success');

const TOKEN_ENDED = new Set([40_001, 40_014, 42_001]);
/** The system is busy; too many calls today; too many at once. */
const LATER = new Set([-1, 45_009, 45_011]);
/** He does not follow the account, or not any more. */
const NO_FOLLOWER = 43_004;

/** An official account of WeChat (spec channels §B, vumi-core-appendix §A). */
export const wechatTransport = defineHttpChannel({
  type: 'wechat',
  aliases: withModules(['vumi.transports.wechat', 'vumi.transports.wechat.wechat'], { WeChatTransport: {} }),
  summary: 'An official account of WeChat: texts, articles, a menu, files that users send',
  configSchema: wechatConfigSchema,
  transportType: 'wechat',
  isFoundByUrl: true,
  routes: [
    {
      path: '',
      purpose: 'URL of the server configuration, in plaintext mode',
      methods: ['GET', 'POST'],
      verify: verifyCall,
      read: readCall,
      answer: (_published, { method, url }) =>
        method === 'GET' ? plain(200, url.searchParams.get('echostr') ?? '') : NOTHING_TO_SAY,
    },
  ],
  notes: { lifetime: ({ wechat_mask_lifetime }) => wechat_mask_lifetime, apply: masked },
  reply: { waits: () => true, answer: writeAnswer, fits: fitsAnswer, elsewhere: NOTHING_TO_SAY },
  furnishing: { component: 'menu', request: menuRequest, faultOf: (answer) => errorOf(answer)?.text ?? null },
  sending: {
    options: (config) => config,
    limits: () => ({ max: LONGEST_TEXT, unit: 'bytes', tooLong: 'split' }),
    request: (message, config, { token }) =>
      post(config, 'message/custom/send', { token, body: writeMessage(message) }),
    verdict: readVerdict,
    token: {
      request: (config) => {
        const { wechat_appid: appid, wechat_secret: secret } = config;
        const query = { grant_type: 'client_credential', appid, secret: secret.reveal() };
        return { method: 'GET', url: urlOf(config, 'token', query) };
      },
      read: ({ body }) => {
        const { access_token, expires_in } = readObject(body) ?? {};
        const token = textOf(access_token);
        return token === undefined ? null : { token, lifetimeMs: Number(expires_in) * 1000 };
      },
    },
  },
});

/** What WeChat puts into `signature`: SHA-1 of the token, the time and the nonce in the order of their characters. */
export function signatureOf(token: string, timestamp: string, nonce: string): string {
  return createHash('sha1').update([token, timestamp, nonce].toSorted().join('')).digest('hex');
}

/** A call that asks for its own words back may be old; one that brings something may not: it could be brought again. */
function verifyCall(
  { method, url }: ChannelRequest,
  { auth_token }: WechatConfig,
  now: number,
): HttpAnswer | null {
  const [given, timestamp = '', nonce = ''] = ['signature', 'timestamp', 'nonce'].map(
    (name) => url.searchParams.get(name) ?? undefined,
  );
  const isWechat = isSigned(given, signatureOf(auth_token.reveal(), timestamp, nonce));
  return isWechat && (method === 'GET' || isFresh(timestamp, now)) ? null : plain(401, 'Wrong signature');
}

function menuRequest(config: WechatConfig, token: string): ChannelRequestOut | null {
  const { wechat_menu: menu } = config;
  return menu === undefined ? null : post(config, 'menu/create', { token, body: menu });
}

function post(
  config: WechatConfig,
  path: string,
  { token, body }: { readonly token: string; readonly body: object },
): ChannelRequestOut {
  return {
    method: 'POST',
    url: urlOf(config, path, { access_token: token }),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

function urlOf({ api_url }: WechatConfig, path: string, query: Record<string, string>): string {
  return `${api_url.replace(/\/$/, '')}/${path}?${new URLSearchParams(query).toString()}`;
}

/** Errors have status 200. */
function errorOf({ body }: Answered): { readonly code: number; readonly text: string } | null {
  const { errcode, errmsg } = readObject(body) ?? {};
  if (errcode === 0) return null;
  if (typeof errcode !== 'number') return { code: NaN, text: 'the answer cannot be read' };
  return { code: errcode, text: `${errcode}: ${textOf(errmsg) ?? 'no reason given'}` };
}

function readVerdict(answer: Answered): Verdict | null {
  if (answer.status < 200 || answer.status >= 300) return null;
  const error = errorOf(answer);
  if (error === null) return { kind: 'accepted' };
  if (TOKEN_ENDED.has(error.code)) return { kind: 'unauthorized' };
  if (LATER.has(error.code)) return { kind: 'throttled' };
  const optedOut = error.code === NO_FOLLOWER ? { optedOut: true } : {};
  return { kind: 'refused', reason: error.text, ...optedOut };
}

import { randomBytes } from 'node:crypto';
import { withoutControls, type UserMessage } from '@vumi/core';
import { isSameSecret } from '@vumi/http';
import { json, plain } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import { fieldsOf, listOf, readObject, textOf } from '../http/json.ts';
import type { Polled } from '../http/polling.ts';
import { telegramConfigSchema, type TelegramConfig } from './config.ts';
import { readUpdate } from './read-update.ts';
import { piecesOf, TELEGRAM_LIMITS, writeMessage } from './write-message.ts';

const UPDATES = ['message', 'callback_query'];
/** Telegram answers sooner when there is something. */
const HELD_SECONDS = 50;

/** A bot of Telegram (spec channels §C). */
export const telegramTransport = defineHttpChannel({
  type: 'telegram',
  aliases: {},
  summary: 'A bot of Telegram: texts, buttons, files, groups',
  configSchema: telegramConfigSchema,
  transportType: 'telegram',
  limits: TELEGRAM_LIMITS,
  fillIn: (options, before) =>
    'secret_token' in options
      ? { ...options }
      : { ...options, secret_token: before?.['secret_token'] ?? randomBytes(24).toString('base64url') },
  routes: [
    {
      path: '',
      purpose: 'webhook of the bot, which the transport tells Telegram itself, unless its mode is poll',
      methods: ['POST'],
      verify: ({ headers }, { secret_token }) => {
        const given = headers['x-telegram-bot-api-secret-token'];
        const isTelegram = typeof given === 'string' && isSameSecret(given, secret_token.reveal());
        return isTelegram ? null : plain(401, 'Wrong secret token');
      },
      read: readWebhook,
      answer: (_published, request) => answerUpdate(request),
    },
  ],
  announce: (config, url) => {
    if (config.mode === 'poll') return callOf({ method: 'deleteWebhook', body: {} }, config);
    const secret_token = config.secret_token.reveal();
    const body = { url, secret_token, allowed_updates: UPDATES };
    return url === null ? null : callOf({ method: 'setWebhook', body }, config);
  },
  polling: {
    isOn: ({ mode }) => mode === 'poll',
    request: (config, offset) => {
      const from = offset === null ? {} : { offset: Number(offset) };
      const body = { ...from, timeout: HELD_SECONDS, allowed_updates: UPDATES };
      return callOf({ method: 'getUpdates', body }, config);
    },
    read: readUpdates,
  },
  sending: {
    options: (config) => config,
    pieces: piecesOf,
    request: (message, config) => callOf(writeMessage(message), config),
    verdict: readVerdict,
  },
});

function readWebhook(request: ChannelRequest, config: TelegramConfig): readonly Reading[] {
  const update = readObject(request.body);
  if (update === null) return [{ kind: 'refused', answer: plain(400, 'no JSON object') }];
  return readUpdate(update, config);
}

/** A button that was pressed stops turning when its query is answered, which the response itself can do. */
function answerUpdate({ body }: ChannelRequest): ReturnType<typeof plain> {
  const id = textOf(fieldsOf(readObject(body)?.['callback_query'])['id']);
  return id === undefined
    ? plain(200, '')
    : json(200, { method: 'answerCallbackQuery', callback_query_id: id });
}

/** Nothing of them comes again once it was asked for what follows. */
function readUpdates({ body }: Answered, config: TelegramConfig): Polled | null {
  const { ok, result } = readObject(body) ?? {};
  if (ok !== true) return null;
  const updates = listOf(result);
  const last = Math.max(...updates.map(({ update_id: id }) => Number(id)));
  return {
    readings: updates.flatMap((update) => readUpdate(update, config)),
    offset: Number.isSafeInteger(last) ? String(last + 1) : null,
    after: updates.flatMap(({ callback_query: query }) => {
      const callback_query_id = textOf(fieldsOf(query)['id']);
      if (callback_query_id === undefined) return [];
      return [callOf({ method: 'answerCallbackQuery', body: { callback_query_id } }, config)];
    }),
  };
}

function callOf(
  { method, body }: { readonly method: string; readonly body: object },
  { base_url, token }: Pick<TelegramConfig, 'base_url' | 'token'>,
) {
  return {
    method: 'POST',
    url: `${base_url}/bot${token.reveal()}/${method}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function readVerdict(answer: Answered, _config: TelegramConfig, message: UserMessage): Verdict | null {
  const { ok, result, error_code, description, parameters } = readObject(answer.body) ?? {};
  if (ok === true) return { kind: 'accepted', remoteId: textOf(fieldsOf(result)['message_id']) };
  if (ok !== false || answer.status >= 500) return null;
  const code = typeof error_code === 'number' ? error_code : answer.status;
  const { retry_after: seconds, migrate_to_chat_id } = fieldsOf(parameters);
  const moved = textOf(migrate_to_chat_id);
  if (moved !== undefined) {
    const reason = `${code}: ${withoutControls(textOf(description) ?? '')}`;
    return { kind: 'instead', message: { ...message, group: moved }, reason };
  }
  if (code === 429 && typeof seconds === 'number') return { kind: 'throttled', afterMs: seconds * 1000 };
  return verdictOn(code, textOf(description) ?? '');
}

/** Null: what HTTP says. An unknown token is a page that is not there. */
function verdictOn(code: number, description: string): Verdict | null {
  if (code === 401 || code === 404) return { kind: 'unauthorized' };
  if (code === 429) return null;
  const reason = `${code}: ${withoutControls(description)}`;
  const optedOut = code === 403 && /blocked|deactivated/.test(description);
  return { kind: 'refused', reason, ...(optedOut ? { optedOut } : {}) };
}

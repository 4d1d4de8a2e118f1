import { createRequire } from 'node:module';
import { openReceiver, type ReceiverPlace } from '@vumi/applications/testing';
import { SET_UPS, type TransportDouble } from '@vumi/transports/testing';
import { AuthType, Infobip } from '@infobip-api/sdk';
import { WebClient } from '@slack/web-api';
import { Auth } from '@vonage/auth';
import { SMS, TypeEnum } from '@vonage/sms';
import openAfricasTalking from 'africastalking';
import { Bot, webhookCallback } from 'grammy';
import { createRestAPIClient } from 'masto';
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const USER = '+27761234567';
const TEXT = 'Héllo 😀 & 100%';

/** The provider's own library: what our double of the provider takes and answers is what the library sends and understands. */
let stack: AsyncDisposableStack;
/** Whoever is called by the double. */
let place: ReceiverPlace;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  place = stack.use(await openReceiver());
});

afterEach(() => stack.disposeAsync());

async function openDouble(type: string): Promise<{ readonly double: TransportDouble; readonly url: string }> {
  const setUp = SET_UPS.find((one) => one.type === type);
  if (setUp === undefined) throw new Error(`no double of ${type}`);
  const double = stack.use(await setUp.open({ url: place.url }));
  return { double, url: String(double.config['base_url']) };
}

describe('twilio of Twilio', () => {
  /** Its only way to another host. */
  const clientOf = (url: string): twilio.RequestClient => {
    const client = new twilio.RequestClient();
    const request = client.request.bind(client);
    client.request = (options) =>
      request({ ...options, uri: options.uri.replace('https://api.twilio.com', url) });
    return client;
  };

  it('sends to the double, and reads what it answers', async () => {
    const { double, url } = await openDouble('twilio');
    const client = twilio('AC1', double.secret, { httpClient: clientOf(url) });
    const sent = await client.messages.create({ to: USER, from: '+1555', body: TEXT });
    expect(sent).toMatchObject({ sid: 'out1', status: 'queued' });
    expect(double.got).toMatchObject([{ to: USER, content: TEXT }]);
  });

  it('is not let in by the double with a wrong token', async () => {
    const { double, url } = await openDouble('twilio');
    const client = twilio('AC1', 'another', { httpClient: clientOf(url) });
    await expect(client.messages.create({ to: USER, from: '+1555', body: TEXT })).rejects.toThrow();
    expect(double.got).toEqual([]);
  });

  it('finds the signature of the double right, and of nothing else', async () => {
    const { double } = await openDouble('twilio');
    await double.bring({ from: USER, to: '+1555', content: TEXT });
    const [call] = place.received;
    const signature = String(call?.headers['x-twilio-signature']);
    const url = `https://vumi.example${call?.path ?? ''}`;
    const fields = Object.fromEntries(new URLSearchParams(call?.body));
    expect(fields).toMatchObject({ From: USER, Body: TEXT });
    expect(twilio.validateRequest(double.secret, signature, url, fields)).toBe(true);
    expect(twilio.validateRequest(double.secret, signature, url, { ...fields, Body: 'x' })).toBe(false);
    expect(twilio.validateRequest(double.secret, signature, `${url}x`, fields)).toBe(false);
    expect(twilio.validateRequest('another', signature, url, fields)).toBe(false);
  });
});

describe('africastalking of Africa’s Talking', () => {
  it('sends to the double, and reads what it answers', async () => {
    const { double, url } = await openDouble('africas_talking');
    const axios = itsAxios();
    const rewriting = axios.interceptors.request.use((request) => ({
      ...request,
      url: request.url.replace(/^https:\/\/[a-z.]*africastalking\.com(?=\/)/, url),
    }));
    stack.defer(() => axios.interceptors.request.eject(rewriting));
    const { SMS } = openAfricasTalking({
      apiKey: double.secret,
      username: String(double.config['username']),
    });
    const answer = await SMS.send({ to: USER, message: TEXT, from: '8000' });
    expect(answer.SMSMessageData.Recipients).toMatchObject([{ statusCode: 101, messageId: 'out1' }]);
    expect(double.got).toMatchObject([{ to: USER, content: TEXT }]);
  });
});

interface Interceptable {
  readonly interceptors: {
    readonly request: {
      use<T extends { readonly url: string }>(change: (request: T) => T): number;
      eject(id: number): void;
    };
  };
}

/** What it sends with; it has no option for another host. */
function itsAxios(): Interceptable {
  const place = createRequire(import.meta.url).resolve('africastalking');
  return (createRequire(place)('axios') as { default: Interceptable }).default;
}

describe('grammy, of bots of Telegram', () => {
  const botInfo = {
    id: 123_456,
    is_bot: true,
    first_name: 'Bot',
    username: 'a_bot',
  } as NonNullable<ConstructorParameters<typeof Bot>[1]>['botInfo'];
  const botOf = ({ double, url }: Awaited<ReturnType<typeof openDouble>>): Bot =>
    new Bot(String(double.config['token']), { client: { apiRoot: url }, ...(botInfo ? { botInfo } : {}) });

  it('sends to the double, and reads what it answers, refusals and pauses too', async () => {
    const opened = await openDouble('telegram');
    const { double } = opened;
    const bot = botOf(opened);
    expect(await bot.api.sendMessage('4711', TEXT)).toMatchObject({ message_id: 'remote-1' });
    expect(double.got).toMatchObject([{ to: '4711', content: TEXT }]);
    double.will({ refuse: 'Bad Request: chat not found' }, { laterMs: 5000 });
    await expect(bot.api.sendMessage('4711', TEXT)).rejects.toMatchObject({
      error_code: 400,
      description: 'Bad Request: chat not found',
    });
    await expect(bot.api.sendMessage('4711', TEXT)).rejects.toMatchObject({ error_code: 429 });
  });

  it('takes what the double brings, and only with its secret', async () => {
    const opened = await openDouble('telegram');
    const bot = botOf(opened);
    const heard: unknown[] = [];
    bot.on('message:text', ({ message, chat }) => void heard.push([chat.id, message.text]));
    const take = (secretToken: string) => webhookCallback(bot, 'std/http', { secretToken });
    const listen = (secretToken: string): void => {
      place.answer = async ({ headers, body }) => {
        const proof = String(headers['x-telegram-bot-api-secret-token']);
        const request = new Request('https://bot.example/', {
          method: 'POST',
          headers: { 'x-telegram-bot-api-secret-token': proof },
          body,
        });
        const { status } = await take(secretToken)(request);
        return { status };
      };
    };
    listen(opened.double.secret);
    expect(await opened.double.bring({ from: '4711', to: '@a_bot', content: TEXT })).toMatchObject({
      kind: 'taken',
    });
    expect(heard).toEqual([['4711', TEXT]]);
    listen('another');
    expect(await opened.double.bring({ from: '4711', to: '@a_bot', content: 'forged' })).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/^401/),
    });
    expect(heard).toHaveLength(1);
  });
});

describe('@slack/web-api of Slack', () => {
  const open = (url: string, token: string): WebClient =>
    new WebClient(token, {
      slackApiUrl: `${url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });

  it('sends to the double, and reads what it answers, pauses too', async () => {
    const { double, url } = await openDouble('slack');
    const client = open(url, double.secret);
    const post = () => client.apiCall('chat.postMessage', { channel: 'D1', text: TEXT });
    expect(await post()).toMatchObject({ ok: true, ts: 'remote-1' });
    expect(double.got).toMatchObject([{ to: 'D1', content: TEXT }]);
    double.will({ laterMs: 5000 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 5 });
  });
});

describe('@vonage/sms of Vonage', () => {
  it.each([
    [TypeEnum.TEXT, 'Hello & 100%'],
    [TypeEnum.UNICODE, TEXT],
  ])('sends a %s to the double, and reads what it answers', async (type, text) => {
    const { double, url } = await openDouble('vonage');
    const client = new SMS(new Auth({ apiKey: 'k', apiSecret: double.secret }), { restHost: url });
    const { messages } = await client.send({ to: '27761234567', from: '8000', text, type });
    expect(messages).toMatchObject([{ status: '0', messageId: 'out1' }]);
    expect(double.got).toMatchObject([{ to: '27761234567', content: text }]);
  });

  it('is not let in by the double with a wrong secret', async () => {
    const { double, url } = await openDouble('vonage');
    const client = new SMS(new Auth({ apiKey: 'k', apiSecret: 'another' }), { restHost: url });
    await expect(client.send({ to: '27761234567', from: '8000', text: 'hi' })).rejects.toThrow();
    expect(double.got).toEqual([]);
  });
});

describe('@infobip-api/sdk of Infobip', () => {
  const send = (baseUrl: string, apiKey: string) => {
    const { channels } = new Infobip({ baseUrl, apiKey, authType: AuthType.ApiKey });
    const message = { destinations: [{ to: '27761234567', messageId: 'm1' }], from: '8000', text: TEXT };
    return channels.sms.send({ type: 'text', messages: [message] }) as Promise<{
      readonly data: { readonly messages: readonly { readonly status: { readonly groupId: number } }[] };
    }>;
  };

  it('sends to the double, and reads what it answers', async () => {
    const { double, url } = await openDouble('infobip');
    const { data } = await send(url, double.secret);
    expect(data.messages).toMatchObject([{ status: { groupId: 1 } }]);
    expect(double.got).toMatchObject([{ to: '27761234567', content: TEXT }]);
  });

  it('is not let in by the double with a wrong key', async () => {
    const { double, url } = await openDouble('infobip');
    // The library gives what was refused back instead of rejecting.
    expect(await send(url, 'another')).toMatchObject({ code: 'ERR_BAD_REQUEST' });
    expect(double.got).toEqual([]);
  });
});

describe('masto, of servers of Mastodon', () => {
  const post = (url: string, accessToken: string) =>
    createRestAPIClient({ url, accessToken }).v1.statuses.create(
      { status: `@al ${TEXT}`, visibility: 'unlisted' },
      { requestInit: { headers: { 'Idempotency-Key': 'm1' } } },
    );

  it('posts to the double, and reads what it answers', async () => {
    const { double, url } = await openDouble('mastodon');
    const { id } = await post(url, double.secret);
    expect(id).not.toBe('');
    expect(double.got).toMatchObject([{ to: 'al', content: TEXT }]);
  });

  it('is not let in by the double with a wrong token', async () => {
    const { double, url } = await openDouble('mastodon');
    await expect(post(url, 'another')).rejects.toThrow();
    expect(double.got).toEqual([]);
  });
});

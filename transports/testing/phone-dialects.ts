import { createHmac } from 'node:crypto';
import type { phones } from '../phones/index.ts';
import { SECRET, type Handed, type PhoneCall, type PhoneDialect, type State } from './phone-double.ts';
import type { UserText } from './transport-double.ts';

const TEXT: UserText = { from: '+27761234567', to: '8000', content: 'hi' };
const TOO_LONG = Buffer.alloc(1_048_577, 'a');
const NO_TEXT = Buffer.from([0x61, 0x3d, 0xff]);
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

const parse = (body: string): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

/** What SMSSync sends; see https://smssync.ushahidi.com/developers. */
function bringBySmssync({ from, to, content }: UserText, id: string): Record<string, string> {
  return {
    from,
    message: content,
    message_id: id,
    sent_to: to,
    secret: SECRET,
    device_id: 'd1',
    sent_timestamp: '1700000000000',
  };
}

function form(fields: Readonly<Record<string, string>>): PhoneCall {
  return { path: '', headers: FORM_TYPE, body: new URLSearchParams(fields).toString() };
}

function task(name: string, value: unknown): PhoneCall {
  return { path: `?task=${name}&secret=${SECRET}`, headers: JSON_TYPE, body: JSON.stringify(value) };
}

const SENT: Readonly<Record<State, readonly [sent: number, delivered: number]>> = {
  pending: [0, -1],
  delivered: [0, 0],
  failed: [1, -1],
};

function smssync(): PhoneDialect {
  const fields = bringBySmssync(TEXT, 'bad');
  const without = (name: string): PhoneCall =>
    form(Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name)));
  const failed = (error: string): string => `200 {"payload":{"success":false,"error":"${error}"}}`;
  return {
    config: { smssync_secret: SECRET },
    poll: () => ({ method: 'GET', path: `?task=send&secret=${SECRET}` }),
    bring: (text, id) => form(bringBySmssync(text, id)),
    isTaken: (body) => (parse(body)['payload'] as { success?: unknown }).success === true,
    confirm: (ids) => task('sent', { queued_messages: ids }),
    report: (uuid, state, text = '') => {
      const [sent, delivered] = SENT[state];
      const result = { uuid, sent_result_code: sent, sent_result_message: text };
      return task('result', {
        message_result: [{ ...result, delivered_result_code: delivered, delivered_result_message: '' }],
      });
    },
    handed: (body) => {
      const { messages = [] } = (parse(body)['payload'] ?? {}) as {
        messages?: { to: string; message: string; uuid: string }[];
      };
      return messages.map(({ to, message, uuid }): Handed => ({ id: uuid, to, content: message }));
    },
    refusal: (text) => `1: ${text}`,
    badRequests: () => ({
      4: [
        { label: 'no secret', answer: failed('the secret key is wrong'), call: without('secret') },
        {
          label: 'a wrong secret',
          answer: failed('the secret key is wrong'),
          call: form({ ...fields, secret: `${SECRET}x` }),
        },
        {
          label: 'a wrong secret that asks',
          answer: failed('the secret key is wrong'),
          call: { method: 'GET', path: '?task=send&secret=x' },
        },
      ],
      7: ['from', 'message'].map((name) => ({
        label: `without ${name}`,
        answer: failed(`missing: ${name}`),
        call: without(name),
      })),
      8: [
        {
          label: 'no UTF-8',
          answer: '200 {"payload":{"success":false',
          call: { path: '', headers: FORM_TYPE, body: NO_TEXT },
        },
      ],
      10: [
        { label: 'too long', answer: '413', call: { path: '', headers: FORM_TYPE, body: TOO_LONG } },
        { label: 'a wrong method', answer: '405', call: { method: 'DELETE', path: '' } },
      ],
    }),
  };
}

const STATUS = { cmd: 'status', org_id: 1, p_src: 'BAT', p_lvl: 60, net: 'WIFI' };
const FCM = { cmd: 'fcm', fcm_id: 'f', uuid: 'u' };
const SAID: Readonly<Record<State, string>> = { pending: 'mt_sent', delivered: 'mt_dlvd', failed: 'mt_fail' };

interface Signing {
  readonly ts?: number;
  readonly secret?: string;
}

/** A request as RapidPro's app signs it. */
function syncCall(body: string | Buffer<ArrayBuffer>, signing: Signing = {}): PhoneCall {
  const { ts = Math.floor(Date.now() / 1000), secret = SECRET } = signing;
  const signature = createHmac('sha256', `${secret}${ts}`).update(body).digest('base64url');
  const query = new URLSearchParams({ ts: String(ts), signature: `${signature}=` });
  return { path: `/relayers/relayer/sync/1/?${query.toString()}`, headers: JSON_TYPE, body };
}

function sync(...commands: readonly object[]): PhoneCall {
  return syncCall(JSON.stringify({ cmds: [FCM, STATUS, ...commands] }));
}

function relayer(): PhoneDialect {
  const good = JSON.stringify({ cmds: [FCM, STATUS] });
  const commandsOf = (body: string) => parse(body)['cmds'] as Record<string, unknown>[];
  return {
    config: { secret: SECRET, phone_number: TEXT.to },
    poll: () => sync(),
    bring: ({ from, content }, id) =>
      sync({ cmd: 'mo_sms', phone: from, msg: content, ts: 1_700_000_000_000, p_id: id }),
    isTaken: (body, id) => commandsOf(body).some(({ cmd, p_id }) => cmd === 'ack' && p_id === id),
    confirm: (ids) => syncCall(JSON.stringify({ cmds: [FCM, { ...STATUS, pending: ids.map(Number) }] })),
    report: (id, state) => sync({ cmd: SAID[state], msg_id: Number(id), ts: 1_700_000_000_000, p_id: '9' }),
    handed: (body) =>
      commandsOf(body)
        .filter(({ cmd }) => cmd === 'mt_bcast')
        .flatMap(({ to, msg }) =>
          (to as { id: number; phone: string }[]).map(({ id, phone }): Handed => ({
            id: String(id),
            to: phone,
            content: String(msg),
          })),
        ),
    refusal: () => 'the phone could not send it',
    badRequests: () => ({
      4: [
        {
          label: 'no signature',
          answer: '400 {"error_id":4,',
          call: { path: '/relayers/relayer/sync/1/', headers: JSON_TYPE, body: good },
        },
        {
          label: 'a wrong signature',
          answer: '401 {"error_id":1,',
          call: syncCall(good, { secret: 'another' }),
        },
        { label: 'a wrong clock', answer: '401 {"error_id":3,', call: syncCall(good, { ts: 1_700_000_000 }) },
      ],
      8: [{ label: 'no UTF-8', answer: '400 {"error_id":4,', call: syncCall(NO_TEXT) }],
      10: [
        { label: 'too long', answer: '413', call: syncCall(TOO_LONG) },
        {
          label: 'a wrong method',
          answer: '405',
          call: { method: 'DELETE', path: '/relayers/relayer/sync/1/' },
        },
      ],
    }),
  };
}

/** What the double of each app speaks. */
export const PHONE_DIALECTS: Readonly<Record<keyof typeof phones, () => PhoneDialect>> = {
  smssync,
  rapidpro_relayer: relayer,
};

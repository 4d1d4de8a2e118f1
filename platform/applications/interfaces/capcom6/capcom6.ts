import { deriveId, interfaceConnector, newId, VumiError } from '@vumi/core';
import { readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import type { Dialect, Door, Keeping } from '../dialect.ts';
import { parseJson, readMessage, type Capcom6Message } from './body.ts';
import { stateOf, type Recipient } from './states.ts';
import { listWebhooks, putWebhook, removeWebhook, tellWebhooks, webhookSchema } from './webhooks.ts';

/** For so long a message is known by its id. */
const KNOWN_MS = 7 * 24 * 3_600_000;
/** Of its cloud, of a server of one's own, and of a phone itself. */
const PREFIX = /^(?:\/api)?\/3rdparty\/v1(?=\/|$)/;
const TOLD = ['ack', 'nack', 'delivery_report.delivered', 'delivery_report.failed'];

/** Programs that use "SMS Gateway for Android"; its phone is the interface (spec channels §D). */
export const capcom6: Dialect = {
  async answer(request, door) {
    const path = request.path.replace(PREFIX, '').replace(/\/$/, '');
    if (path === '/health') return say(200, { status: 'pass' });
    const own = await enter(request, door);
    if (own === null) return unknownCaller();
    return answerKnown(request, { path, own, door });
  },
  tellMessage: () => null,
  tellEvent: () => null,
  tellHooks: tellWebhooks,
};

interface Asked {
  /** Below the place of the API. */
  readonly path: string;
  readonly own: ServedInterface;
  readonly door: Door;
}

/** Basic with the interface's name, or the token alone. */
async function enter(
  { headers: { authorization = '' } }: HttpRequest,
  door: Door,
): Promise<ServedInterface | null> {
  const basic = readBasic(authorization);
  const token = basic?.password ?? /^bearer +(\S+)$/i.exec(authorization)?.[1];
  return token === undefined ? null : door.enter(basic?.username ?? null, token);
}

async function answerKnown(request: HttpRequest, asked: Asked): Promise<HttpAnswer> {
  const { path } = asked;
  const [, place = '', id] = /^\/(messages?|webhooks|devices)(?:\/([^/]+))?$/.exec(path) ?? [];
  const way = `${request.method} ${place}${id === undefined ? '' : '/:id'}`;
  switch (way) {
    case 'POST messages':
    // As it was called at first.
    case 'POST message':
      return postMessage(request, asked);
    case 'GET messages/:id':
    case 'GET message/:id':
      return getMessage(decode(id), asked);
    case 'GET webhooks':
      return say(200, await listWebhooks(asked.door.keeping(asked.own)));
    case 'POST webhooks':
      return postWebhook(request, asked);
    case 'DELETE webhooks/:id':
      await removeWebhook(asked.door.keeping(asked.own), decode(id));
      return { status: 204 };
    case 'GET devices':
      return say(200, [deviceOf(asked.own)]);
    default:
      return say(404, { message: 'there is nothing here: see docs/interfaces/capcom6.md' });
  }
}

function decode(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function postMessage({ body }: HttpRequest, { own, door }: Asked): Promise<HttpAnswer> {
  const asked = readMessage(body, door.now());
  if (typeof asked === 'string') return say(400, { message: asked });
  const id = asked.id === '' ? newId() : asked.id;
  const keeping = door.keeping(own);
  if ((await keeping.get(sentKey(id))) !== null) return taken();
  const sent = await submitAll({ ...asked, id }, own, door);
  const [first] = sent;
  if (sent.every(({ recipient }) => recipient.messageId === null))
    return say(first?.status ?? 400, { message: first?.recipient.error ?? 'refused' });
  // Whoever repeats a request that was cut off here sends the same messages again.
  const recipients = sent.map(({ recipient }) => recipient);
  if (!(await isFirst(keeping, id, recipients))) return taken();
  const state = await stateOf(id, recipients, { own, door });
  const answer = say(202, state);
  return { ...answer, headers: { ...answer.headers, location: `/3rdparty/v1/messages/${id}` } };
}

const sentKey = (id: string): string => `sent/${id}`;

async function isFirst(keeping: Keeping, id: string, recipients: readonly Recipient[]): Promise<boolean> {
  let isNew = false;
  await keeping.change(
    sentKey(id),
    (before) => {
      isNew = before === null;
      return before ?? JSON.stringify(recipients);
    },
    KNOWN_MS,
  );
  return isNew;
}

function taken(): HttpAnswer {
  return say(409, { message: 'a message with this id exists already' });
}

interface Submitted {
  readonly recipient: Recipient;
  /** Of the answer, if nothing else was taken. */
  readonly status: number;
}

/** One after the other, so that they leave in their order. */
async function submitAll(
  asked: Capcom6Message,
  own: ServedInterface,
  door: Door,
): Promise<readonly Submitted[]> {
  const all: Submitted[] = [];
  for (const receiver of asked.receivers) all.push(await submitOne(receiver, asked, { own, door }));
  return all;
}

async function submitOne(
  phoneNumber: string,
  { id, content, via, validity }: Capcom6Message,
  { own, door }: { readonly own: ServedInterface; readonly door: Door },
): Promise<Submitted> {
  const connector = interfaceConnector(own.account, own.name);
  try {
    const { message_id: messageId } = await door.submit(own, {
      messageId: deriveId(connector, id, phoneNumber),
      to: phoneNumber,
      content,
      from: null,
      via,
      validity,
      events: TOLD,
      note: { id },
    });
    return { recipient: { phoneNumber, messageId }, status: 202 };
  } catch (error) {
    if (!(error instanceof VumiError) || error.outage) throw error;
    const status = error.code === 'number.not_assigned' ? 403 : 400;
    return { recipient: { phoneNumber, messageId: null, error: error.message }, status };
  }
}

async function getMessage(id: string, { own, door }: Asked): Promise<HttpAnswer> {
  const text = await door.keeping(own).get(sentKey(id));
  if (text === null) return say(404, { message: `there is no message ${id}` });
  return say(200, await stateOf(id, JSON.parse(text) as Recipient[], { own, door }));
}

async function postWebhook({ body }: HttpRequest, { own, door }: Asked): Promise<HttpAnswer> {
  const read = parseJson(body, webhookSchema);
  if (typeof read === 'string') return say(400, { message: read });
  const { id, url, event, deviceId } = read;
  const webhook = { id: id == null || id === '' ? newId() : id, url, event, deviceId: deviceId ?? null };
  const made = await putWebhook(door.keeping(own), webhook);
  return made === null ? say(400, { message: 'there are too many webhooks: remove one' }) : say(201, made);
}

function deviceOf({ name, created_at: createdAt }: ServedInterface): object {
  return { id: name, name, createdAt, updatedAt: createdAt, lastSeen: createdAt };
}

function unknownCaller(): HttpAnswer {
  const answer = say(401, {
    message: 'send the name of the interface and a token of it as Basic credentials',
  });
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="SMS Gateway"' } };
}

function say(status: number, value: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

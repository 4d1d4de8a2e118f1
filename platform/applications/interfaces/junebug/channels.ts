import { newId, VumiError, type InterfaceSettings } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { z } from 'zod';
import type { Door, Operator } from '../dialect.ts';
import { isFaults, readChannelChange, readNewChannel, type ChannelChange, type NewChannel } from './body.ts';
import { channelOf, componentsOf, logsOf } from './channel-status.ts';
import { listOf, transportNameOf, transportOf, typeOf } from './channel-transport.ts';
import { errors, refusal, result, type JunebugError } from './envelope.ts';
import { answerMessages } from './messages.ts';

const shownSchema = z.object({ message_url: z.string().nullable(), status_url: z.string().nullable() });
const interfaceSchema = z.object({ name: z.string(), dialect: z.string() });

interface Asked {
  readonly operator: Operator;
  /** The channel; null: all of them. */
  readonly id: string | null;
  /** Below the channel; begins with "/". */
  readonly rest: string;
}

const NOT_SO: JunebugError = { type: 'ApiUsageError', message: 'Channels do nothing of the kind' };

/** What somebody asks who looks after the channels of an account: each is an interface, a route and a transport. */
export async function answerOperator(
  request: HttpRequest,
  { operator, id, rest }: Asked,
  door: Door,
): Promise<HttpAnswer> {
  try {
    const answer =
      id === null
        ? await answerAll(request, operator)
        : await answerOne(request, { operator, id, rest }, door);
    return answer ?? errors(405, 'method not allowed', [NOT_SO]);
  } catch (error) {
    return refusal(error);
  }
}

interface OfChannel {
  readonly operator: Operator;
  readonly own: ServedInterface;
}

async function answerOne(
  request: HttpRequest,
  { operator, id, rest }: Asked & { readonly id: string },
  door: Door,
): Promise<HttpAnswer | null> {
  if (rest.startsWith('/messages')) {
    if (!operator.maySend)
      throw new VumiError('auth.forbidden', 'this needs a token with the scope "messages:send"');
    return answerMessages(request, { own: await channelNamed(operator, id), rest }, door);
  }
  await operator.call('getInterface', { params: { account: operator.account, name: id } });
  return manage(request, { operator, own: await channelNamed(operator, id) }, rest);
}

async function channelNamed(operator: Operator, id: string): Promise<ServedInterface> {
  const own = await operator.find(id);
  if (own === null) throw new VumiError('not_found', `account "${operator.account}" has no channel "${id}"`);
  return own;
}

async function manage(request: HttpRequest, channel: OfChannel, rest: string): Promise<HttpAnswer | null> {
  const asked = `${request.method} ${rest}`;
  if (asked === 'GET ') return result(200, 'channel found', await show(channel));
  if (asked === 'DELETE ') return result(200, 'channel deleted', await remove(channel));
  if (asked === 'POST /restart') return result(200, 'channel restarted', await restart(channel));
  if (asked === 'GET /logs') return getLogs(request, channel);
  if (asked !== 'POST ') return null;
  const change = readChannelChange(request.body);
  if (isFaults(change)) return errors(400, 'api usage error', change);
  return result(200, 'channel updated', await update(channel, change));
}

async function answerAll({ method, body }: HttpRequest, operator: Operator): Promise<HttpAnswer | null> {
  if (method === 'GET') {
    const { account } = operator;
    const all = await listOf(operator, interfaceSchema, 'listInterfaces', { params: { account } });
    const names = all.filter(({ dialect }) => dialect === 'junebug').map(({ name }) => name);
    return result(200, 'channels listed', names.sort());
  }
  if (method !== 'POST') return null;
  const asked = readNewChannel(body);
  if (isFaults(asked)) return errors(400, 'api usage error', asked);
  return result(201, 'channel created', await create(operator, asked));
}

async function show({ operator, own }: OfChannel): Promise<object> {
  const { account, call } = operator;
  const name = await transportNameOf(operator, own);
  const [shown, transport, components] = await Promise.all([
    call('getInterface', { params: { account, name: own.name } }),
    transportOf(operator, name),
    name === null ? [] : componentsOf(operator, name),
  ]);
  // A password in the URL is for the program behind it.
  return channelOf({ ...own, ...shownSchema.parse(shown) }, transport, components);
}

/** Interface, route and transport have the channel's id as their name. What was made is undone where the rest is refused. */
async function create(operator: Operator, asked: NewChannel): Promise<object> {
  const { account, call } = operator;
  const name = newId();
  const named = { account, name };
  await call('putTransport', { params: { name }, body: { type: typeOf(asked.type), config: asked.config } });
  try {
    const body = { dialect: 'junebug', transport: name, ...settingsOf(asked) };
    await call('putInterface', { params: named, body });
    await call('putRoute', { params: named, body: { connector: `interface:${name}`, transport: name } });
  } catch (error) {
    await forget(operator, 'deleteInterface', named);
    await forget(operator, 'deleteTransport', { name });
    throw error;
  }
  return show({ operator, own: await channelNamed(operator, name) });
}

async function update({ operator, own }: OfChannel, change: ChannelChange): Promise<object> {
  const { account, call } = operator;
  const { name } = own;
  if (change.type !== undefined || change.config !== undefined) await updateTransport(operator, own, change);
  await call('putInterface', {
    params: { account, name },
    body: { ...settingsIn(own), ...settingsOf(change) },
  });
  return show({ operator, own: await channelNamed(operator, name) });
}

async function updateTransport(
  operator: Operator,
  own: ServedInterface,
  { type: word, config }: ChannelChange,
): Promise<void> {
  const name = await transportNameOf(operator, own);
  const known = await transportOf(operator, name);
  const type = word === undefined ? known?.type : typeOf(word);
  if (config === undefined && type === known?.type) return;
  // Another channel may be over it, and what it is made of is not the channel's.
  if (name !== own.name || type === undefined)
    throw new VumiError(
      'request.conflict',
      `channel "${own.name}" has no transport of its own: change ${name === null ? 'one' : `"${name}"`} with "npx vumi transport set"`,
    );
  if (config === undefined)
    throw new VumiError('request.invalid', 'say in "config" what a channel of another type needs');
  await operator.call('putTransport', { params: { name }, body: { type, config } });
}

/** What the interface has been opened with. */
export function settingsIn(own: ServedInterface): InterfaceSettings {
  const { name: _name, account: _account, created_at: _at, private_services: _open, ...settings } = own;
  return settings;
}

/** Of the interface; what is not said is left out. */
function settingsOf(asked: ChannelChange): object {
  const { label, metadata, status_url, mo_url, mo_url_auth_token, character_limit } = asked;
  const urls = { status_url, message_url: mo_url, auth_token: mo_url_auth_token };
  const said = { label, metadata, ...urls, character_limit };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** The transport goes with the channel that it was made for, but not while routes of others lead over it. */
async function remove({ operator, own: { name, transport } }: OfChannel): Promise<object> {
  const { account, call } = operator;
  await call('deleteInterface', { params: { account, name } });
  if (operator.ofPlatform && transport === name) await forget(operator, 'deleteTransport', { name });
  return {};
}

/** Deletes what may be there. */
async function forget(
  { call }: Operator,
  operation: 'deleteInterface' | 'deleteTransport',
  params: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await call(operation, { params });
  } catch (error) {
    if (!(error instanceof VumiError) || !['not_found', 'request.conflict'].includes(error.code)) throw error;
  }
}

async function restart({ operator, own }: OfChannel): Promise<object> {
  const transport = await transportNameOf(operator, own);
  if (transport !== null) {
    const body = { operation: 'restart_worker', worker_name: transport };
    await operator.call('controlWorkers', { body });
  }
  return {};
}

async function getLogs({ url }: HttpRequest, { operator, own }: OfChannel): Promise<HttpAnswer> {
  const asked = url.searchParams.get('n');
  const most = asked === null ? Infinity : Number(asked);
  if (!(most >= 0) || (asked !== null && !Number.isInteger(most)))
    throw new VumiError('request.invalid', '"n" is a number of lines');
  const transport = await transportNameOf(operator, own);
  const logs = transport === null ? [] : await logsOf(operator, { channel: own.name, transport, most });
  return result(200, 'logs retrieved', logs);
}

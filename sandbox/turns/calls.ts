import { randomBytes } from 'node:crypto';
import { setTimeout as passed } from 'node:timers/promises';
import { deriveId, VumiError, type AppRef, type KeyedState } from '@vumi/core';
import type { OpenTalks } from '@vumi/core/talks';
import { answerCommand } from '../classic/commands.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { callResource } from '../resources/registry.ts';
import { sendFault, type TurnScope } from '../resources/turn-scope.ts';
import { outgoingId, userOf } from './effects-commit.ts';
import { stateKey } from '../apps/keys.ts';
import { talksOfUser } from '../apps/talks.ts';
import type { AskedCall } from './turn-calls.ts';

export interface CallPorts {
  readonly state: KeyedState;
  readonly http: HttpGateway;
  /** `transport_type` of what an app sends by an endpoint; null where it is not known. */
  readonly networkOf: (ref: AppRef, endpoint: string) => string | null;
  /** In place of chance, where the same has to come again. */
  readonly drawLink?: TurnScope['drawLink'] | undefined;
}

/** 96 bits. */
const LINK_BYTES = 12;
const drawByChance: TurnScope['drawLink'] = () => randomBytes(LINK_BYTES).toString('base64url');

/** Answers what a handler asks for while it runs. Whose state and secrets are meant is the platform's word, not his. */
export async function answerCall(
  ports: CallPorts,
  run: Omit<TurnScope, 'call' | 'state' | 'drawLink'>,
  { id, call, number, leftMs }: AskedCall,
): Promise<unknown> {
  const { state, drawLink = drawByChance } = ports;
  const turn: TurnScope = { ...run, state, drawLink, call: id };
  const { origin, app } = turn;
  const http = withinHandler(ports.http, leftMs);
  const { limits } = app;
  const { secrets } = app.settings;
  if (call.call === 'get') return state.get(stateKey(origin.ref, userOf(origin), call));
  if (call.call === 'secret') return Object.hasOwn(secrets, call.name) ? secrets[call.name] : null;
  if (call.call === 'ids')
    return Array.from({ length: limits.sends }, (_, index) => outgoingId(origin.id, index));
  if (call.call === 'talks') return openTalks(ports, turn, call);
  if (call.call === 'resource') return callResource(call.name, call.args, turn);
  if (call.call === 'command') return answerCommand({ ...ports, http }, turn, call.command);
  if (call.call === 'delay') return passed(Math.min(call.milliseconds, limits.wall_ms), null);
  if (number >= limits.http_calls) throw new VumiError('app.limit', `limit: ${limits.http_calls} HTTP calls`);
  const { allow } = app.manifest.http ?? {};
  const idempotencyKey = deriveId(origin.id, 'http', number);
  return http.request({ ...call, allow, services: app.services, timeoutMs: call.timeout, idempotencyKey });
}

/** The conversations of a user with this app, and the network behind an endpoint where one is asked for. */
async function openTalks(
  { state, networkOf }: CallPorts,
  turn: TurnScope,
  { user, endpoint }: { readonly user: string; readonly endpoint?: string | undefined },
): Promise<OpenTalks> {
  const { ref } = turn.origin;
  const fault = endpoint === undefined ? null : sendFault(turn, endpoint);
  if (fault !== null) throw new VumiError('request.invalid', fault);
  return {
    talks: await talksOfUser(state, ref, user),
    network: endpoint === undefined ? null : networkOf(ref, endpoint),
  };
}

/** A call ends before the time of its handler does, so that the handler can still say something. */
function withinHandler(http: HttpGateway, leftMs: number): HttpGateway {
  return { request: (call) => http.request({ ...call, mostMs: leftMs }) };
}

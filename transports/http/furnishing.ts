import { untilHeard, TIMEOUT_MS, type AnnouncementPorts } from './announcement.ts';
import type { Answered, ChannelRequestOut } from './channel-sending.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** What a network keeps for a channel and shows to its users, such as a menu. */
export interface ChannelFurnishing<C> {
  /** Null: this configuration has none. */
  request(config: C, token: string): ChannelRequestOut | null;
  /** Why it was not taken; null: it was. */
  faultOf(answer: Answered): string | null;
  /** Of its status. */
  readonly component: string;
}

/** Gives it to the network, again until that has taken it. */
export async function furnish<C>(
  furnishing: ChannelFurnishing<C>,
  config: C,
  { tokens, ...ports }: AnnouncementPorts & { readonly tokens: TokenKeeper<C> },
): Promise<void> {
  const { component } = furnishing;
  if (furnishing.request(config, '') === null) return;
  const say = async (): Promise<string | null> => {
    const given = await tokens.get();
    if (given.kind !== 'token') return 'the network gives no token';
    const asked = furnishing.request(config, given.token);
    if (asked === null) return null;
    const { http, allowPrivate, signal } = ports;
    const outcome = await http.send({ ...asked, timeoutMs: TIMEOUT_MS, allowPrivate, signal });
    if (outcome.kind !== 'answered') return outcome.reason;
    const fault = furnishing.faultOf(outcome);
    // It may be the token's: the next attempt has another.
    if (fault !== null) tokens.drop(given.token);
    return fault;
  };
  await untilHeard(ports, say, {
    component,
    heard: { status: 'ok', type: 'taken', message: `the network has the ${component}` },
    unheard: { status: 'degraded', type: 'not_taken', message: `the network has not taken the ${component}` },
  });
}

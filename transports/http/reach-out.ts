import type { TransportPorts } from '../transport-type.ts';
import { announce, reportNoPublicUrl, type AnnouncementPorts } from './announcement.ts';
import type { ChannelConfig, HttpChannel, Reading } from './channel.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import { publicUrlOf } from './place.ts';
import { furnish } from './furnishing.ts';
import { poll } from './polling.ts';
import { hearStreams } from './streaming.ts';
import { subscribe } from './subscription.ts';
import type { TokenKeeper } from './token-keeper.ts';

export interface ReachOutPorts<C> extends TransportPorts {
  readonly health: ComponentHealth;
  /** Aborted when the transport closes. */
  readonly signal: AbortSignal;
  /** Null: the network gives none. */
  readonly tokens: TokenKeeper<C> | null;
  /** Resolves when all of it is published. */
  take(readings: readonly Reading[]): Promise<void>;
}

/** Tells the network where we are, hears it, and asks it for what it does not bring, until the transport closes. */
export async function reachOut<C extends ChannelConfig>(
  channel: HttpChannel<C>,
  config: C,
  given: ReachOutPorts<C>,
): Promise<void> {
  const allowPrivate = channel.sending?.options(config)?.allow_private ?? false;
  const ports = { ...given, allowPrivate, transport: given.end.name };
  const { furnishing } = channel;
  const furnished =
    furnishing && given.tokens && furnish(furnishing, config, { ...ports, tokens: given.tokens });
  const subscribed = channel.subscription && subscribe(channel.subscription, config, ports);
  const heard = channel.streaming && hearStreams(channel.streaming, config, ports);
  await tell(channel, config, ports);
  if (channel.polling?.isOn(config) === true) await poll(channel.polling, config, ports);
  await Promise.all([subscribed, heard, furnished]);
}

async function tell<C extends ChannelConfig>(
  channel: HttpChannel<C>,
  config: C,
  ports: AnnouncementPorts & Pick<TransportPorts, 'http'>,
): Promise<void> {
  const url = publicUrlOf(config, ports.http, '');
  const requests = channel.announce?.(config, url);
  // A listener of its own is found at whatever address leads to it.
  const isLost = channel.isFoundByUrl === true && url === null && config.web_port === undefined;
  if (isLost || requests === null) {
    const polls = channel.polling !== undefined;
    return reportNoPublicUrl(ports.health, { polls, isDialled: channel.ussd !== undefined });
  }
  for (const request of [requests ?? []].flat()) await announce(request, ports);
}

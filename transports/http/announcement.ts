import { backoffMs, sleep, type Clock, type StatusFields } from '@vumi/core';
import type { HttpPort, RequestOutcome } from '@vumi/http';
import type { ChannelRequestOut } from './channel-sending.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import { verdictOf } from './verdict.ts';

export interface AnnouncementPorts {
  readonly http: Pick<HttpPort, 'send'>;
  readonly health: ComponentHealth;
  readonly clock: Clock;
  readonly random: () => number;
  readonly allowPrivate: boolean;
  /** Aborted when the transport closes. */
  readonly signal: AbortSignal;
}

const COMPONENT = 'webhook';
export const TIMEOUT_MS = 30_000;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/** Tells a network where the channel is, again until it has heard. */
export async function announce(request: ChannelRequestOut, ports: AnnouncementPorts): Promise<void> {
  const { http, clock, allowPrivate, signal } = ports;
  await untilHeard(ports, async () => {
    const outcome = await http.send({ ...request, timeoutMs: TIMEOUT_MS, allowPrivate, signal });
    return faultOf(outcome, clock());
  });
}

/** What is said of the transport when the network has heard, and while it has not. */
interface Told {
  readonly component: string;
  readonly heard: Omit<StatusFields, 'component' | 'details'>;
  /** The reason is put behind its message. */
  readonly unheard: Omit<StatusFields, 'component' | 'details'>;
}

const PLACE: Told = {
  component: COMPONENT,
  heard: {
    status: 'ok',
    type: 'announced',
    message: 'the network knows whether and where to bring messages',
  },
  unheard: {
    status: 'down',
    type: 'not_announced',
    message: 'the network was not told where to bring messages',
  },
};

/** Says something to a network, again until it has heard. `say` gives what went wrong, or null. */
export async function untilHeard(
  { health, random, signal }: Pick<AnnouncementPorts, 'health' | 'random' | 'signal'>,
  say: () => Promise<string | null>,
  { component, heard, unheard }: Told = PLACE,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    const fault = await say();
    if (fault === null) return health.report({ component, ...heard });
    if (signal.aborted) return;
    health.report({ component, ...unheard, message: `${unheard.message}: ${fault}` });
    await sleep(backoffMs(failures, FIRST_REST_MS, LONGEST_REST_MS, random), signal).catch(() => {});
  }
}

const OR_ASK = 'have the transport ask where it can (option mode)';
const OR_LISTEN = 'give the transport a port of its own that the network reaches (web_port)';

/**
 * Nobody can tell the network where the channel is. `polls`: whether the transport can ask instead. `isDialled`: phones of the
 * platform itself dial over it, and find it: then nothing is wrong until a network is wanted.
 */
export function reportNoPublicUrl(
  health: ComponentHealth,
  { polls, isDialled = false }: { readonly polls: boolean; readonly isDialled?: boolean },
): void {
  const otherwise = polls ? OR_ASK : OR_LISTEN;
  const message = `the network cannot find us: give the platform its public URL (VUMI_PUBLIC_URL), or ${otherwise}`;
  const type = 'no_public_url';
  if (!isDialled) return health.report({ component: COMPONENT, status: 'down', type, message });
  const local = `phones of this platform can dial ("vumi phone --transport"); ${message}`;
  health.report({ component: COMPONENT, status: 'ok', type, message: local });
}

/** What went wrong, or null. */
function faultOf(outcome: RequestOutcome, now: number): string | null {
  if (outcome.kind !== 'answered') return outcome.reason;
  const verdict = verdictOf(outcome, now);
  if (verdict.kind === 'accepted') return null;
  return 'reason' in verdict ? verdict.reason : `it answered ${outcome.status}`;
}

import { VumiError } from '@vumi/core';
import { CONTACT_CALLS } from './contacts.ts';
import { GROUP_CALLS } from './groups.ts';
import { IDENTITY_CALLS } from './identity.ts';
import { MESSAGE_STORE_CALLS } from './message-store.ts';
import { fireMetric } from './metrics.ts';
import { OPTOUT_CALLS } from './optouts.ts';
import { LINK_CALLS } from '../links/link-calls.ts';
import type { ResourceCall } from './resource-call.ts';
import { SCHEDULE_CALLS } from './schedule.ts';
import type { TurnScope } from './turn-scope.ts';

/** What handlers may ask of the platform beside state, secrets and HTTP. Both guest APIs call these by name. */
const RESOURCES = {
  ...CONTACT_CALLS,
  ...GROUP_CALLS,
  ...IDENTITY_CALLS,
  ...OPTOUT_CALLS,
  'metrics.fire': fireMetric,
  ...MESSAGE_STORE_CALLS,
  ...SCHEDULE_CALLS,
  ...LINK_CALLS,
} as const satisfies Record<string, ResourceCall>;

type ResourceName = keyof typeof RESOURCES;

export function isResource(name: string): name is ResourceName {
  return Object.hasOwn(RESOURCES, name);
}

/** Answers a call that a guest named. */
export function callResource(name: string, args: unknown, turn: TurnScope): Promise<unknown> {
  if (!isResource(name)) throw new VumiError('request.invalid', `the platform has no call "${name}"`);
  return RESOURCES[name](args, turn);
}

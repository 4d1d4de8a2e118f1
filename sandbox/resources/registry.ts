import { VumiError } from '@vumi/core';
import { fireMetric } from './metrics.ts';
import type { ResourceCall } from './resource-call.ts';
import type { TurnScope } from './turn-scope.ts';

/** What handlers may ask of the platform beside state, secrets and HTTP. Both guest APIs call these by name. */
const RESOURCES = {
  'metrics.fire': fireMetric,
} as const satisfies Record<string, ResourceCall>;

type ResourceName = keyof typeof RESOURCES;

/** Answers a call that a guest named. */
export function callResource(name: string, args: unknown, turn: TurnScope): Promise<unknown> {
  if (!Object.hasOwn(RESOURCES, name))
    throw new VumiError('request.invalid', `the platform has no call "${name}"`);
  return RESOURCES[name as ResourceName](args, turn);
}

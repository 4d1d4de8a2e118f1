import { VumiError } from '@vumi/core';
import type { HttpPort } from '@vumi/http';

/** HTTP for a process that has none: workers that need it are told so. */
export function httpNotHere(): HttpPort {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new VumiError('config.invalid', 'this process has no HTTP: run the worker in one that has'),
    );
  return {
    mount: refuse,
    mountUpgrades: refuse,
    listen: refuse,
    publicUrl: () => null,
    send: async () => ({ kind: 'refused', reason: 'this process has no HTTP' }),
    open: async () => ({ kind: 'refused', reason: 'this process has no HTTP' }),
  };
}

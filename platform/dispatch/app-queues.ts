import { createHash } from 'node:crypto';
import { appKey, type AppRef } from '@vumi/core';

/** Names of the connectors that hosted apps share: `sandbox_0`, `sandbox_1`, … */
export function appConnectors(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `sandbox_${index}`);
}

/**
 * The connector of an app by rendezvous hashing: another count of connectors moves as few apps as possible, and an app
 * stays on one queue, so that one consumer sees all of its messages in order (DESIGN §4.7).
 */
export function createAppQueues(connectors: readonly string[]): (ref: AppRef) => string {
  const known = new Map<string, string>();
  return (ref) => {
    const app = appKey(ref);
    const cached = known.get(app);
    if (cached !== undefined) return cached;
    const chosen = connectors.reduce((best, next) => (weight(next, app) > weight(best, app) ? next : best));
    known.set(app, chosen);
    return chosen;
  };
}

function weight(connector: string, app: string): number {
  return createHash('sha256').update(`${connector}\u0000${app}`).digest().readUInt32BE();
}

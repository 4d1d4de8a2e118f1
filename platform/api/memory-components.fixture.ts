import type { ComponentView, ComponentViews } from '@vumi/blinkenlights';
import { VumiError } from '@vumi/core';
import { paged } from './memory-page.fixture.ts';

const AT = '2026-11-22T08:00:00.000Z';

/** Two components, one of which is not well. */
export const COMPONENTS: readonly ComponentView[] = [
  {
    name: 'global:mno',
    kind: 'worker',
    system_id: 'global',
    worker: 'mno',
    part: null,
    level: 'ok',
    worst: 'down',
    worst_of: 'global:mno.smpp',
    type: 'beating',
    message: 'beats',
    details: {},
    since: AT,
    changed_at: AT,
    heard_at: AT,
    min_procs: 1,
    processes: [{ hostname: 'host', pid: 1, heard_at: AT, beats: 7 }],
  },
  {
    name: 'global:mno.smpp',
    kind: 'part',
    system_id: 'global',
    worker: 'mno',
    part: 'smpp',
    level: 'down',
    worst: 'down',
    worst_of: 'global:mno.smpp',
    type: 'connection_lost',
    message: 'smsc.example:2775 hung up',
    details: { host: 'smsc.example' },
    since: AT,
    changed_at: AT,
    heard_at: null,
    min_procs: null,
    processes: [],
  },
];

/** What the API asks of the components, in memory. */
export function memoryComponents(): ComponentViews {
  const find = async (name: string): Promise<ComponentView> => {
    const found = COMPONENTS.find((one) => one.name === name);
    if (found === undefined) throw new VumiError('not_found', `there is no component "${name}"`);
    return found;
  };
  return {
    list: async ({ level, kind, search = '', partsOf, ...page }) =>
      paged(
        COMPONENTS.filter(
          (one) =>
            (level === undefined || one.level === level) &&
            (kind === undefined || one.kind === kind) &&
            one.name.includes(search) &&
            (partsOf === undefined || (one.kind === 'part' && partsOf.includes(one.worker))),
        ),
        page,
      ),
    all: async () => [...COMPONENTS],
    get: find,
    history: async (name, page) => {
      const { level, type, message, details } = await find(name);
      return paged([{ name, level, level_before: null, type, message, details, at: AT }], page);
    },
    summary: async () => ({ level: 'down', counts: { ok: 1, degraded: 0, down: 1 }, monitored_at: AT }),
    issues: async () => [],
  };
}

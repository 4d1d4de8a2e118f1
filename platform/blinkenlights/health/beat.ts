import { deriveId, parseInput, VumiError } from '@vumi/core';
import { z } from 'zod';

/** The version of Vumi's heartbeats (spec vumi-core §7). */
const VUMI_VERSION = '20130319';
/** Where beats in the roadmap's form travel: under Vumi's own key they would end a Python Vumi's monitor. */
export const ROADMAP_KEY = 'blinkenlights.inbound';
/** The system of workers that name none. */
export const DEFAULT_SYSTEM = 'global';
/** How often a Python Vumi's worker beats. */
const VUMI_INTERVAL_S = 10;
/** How often the roadmap asks for a beat. */
const ROADMAP_INTERVAL_S = 60;

const seconds = z.number().positive().max(86_400);
const placementSchema = z.enum(['one', 'each', 'shared']);

/** What ours tell beyond Vumi's fields. A value of somebody else's under the same name is not worth losing a beat for. */
const furtherSchema = z.looseObject({
  kind: z.enum(['process', 'worker', 'canary']).optional().catch(undefined),
  interval: seconds.optional().catch(undefined),
  supervisor: z.string().optional().catch(undefined),
  overloaded: z.boolean().optional().catch(undefined),
  leaving: z.boolean().optional().catch(undefined),
  started_at: z.string().optional().catch(undefined),
  status: z.enum(['ok', 'degraded', 'down']).optional().catch(undefined),
  status_message: z.string().optional().catch(undefined),
  workers: z.record(z.string(), placementSchema).optional().catch(undefined),
  failing: z.record(z.string(), z.string()).optional().catch(undefined),
});

const vumiSchema = furtherSchema.extend({
  version: z.string(),
  system_id: z.string().min(1).max(200),
  worker_id: z.string().min(1).max(400),
  worker_name: z.string().min(1).max(200),
  hostname: z.string().max(300),
  pid: z.int(),
  timestamp: z.number().optional(),
});

const part = z.int().min(0);
const roadmapSchema = furtherSchema.extend({
  name: z.string().min(1).max(200),
  uuid: z.string().min(1).max(200),
  timestamp: z.tuple([part, part, part, part, part, part]),
});

type Further = z.infer<typeof furtherSchema>;
export type Placement = z.infer<typeof placementSchema>;

/** A sign of life, in whichever form it came. */
export interface Beat {
  readonly form: 'vumi' | 'roadmap';
  /** Vumi's worker_id, `<system>:<name>`; of the roadmap's form `uuid:<uuid>`. */
  readonly id: string;
  readonly systemId: string;
  readonly name: string;
  readonly hostname: string;
  readonly pid: number;
  /** When it was sent, by the sender's clock, in milliseconds since the epoch; null: it does not say. */
  readonly sentAt: number | null;
  readonly intervalMs: number;
  /** What Vumi's monitors do not know: of our own workers, or of whoever adds it. */
  readonly further: Further;
}

/** Reads either form. Throws `request.not_json` or `request.invalid`. */
export function parseBeat(body: string): Beat {
  const given = jsonOf(body);
  return isRoadmaps(given) ? roadmapBeat(given) : vumiBeat(given);
}

function vumiBeat(given: unknown): Beat {
  const {
    version: _,
    system_id,
    worker_id,
    worker_name,
    hostname,
    pid,
    timestamp,
    ...further
  } = parseInput(vumiSchema, given);
  return {
    form: 'vumi',
    id: worker_id,
    systemId: system_id,
    name: worker_name,
    hostname,
    pid,
    sentAt: timestamp === undefined ? null : timestamp * 1000,
    intervalMs: (further.interval ?? VUMI_INTERVAL_S) * 1000,
    further,
  };
}

function roadmapBeat(given: unknown): Beat {
  const { name, uuid, timestamp, ...further } = parseInput(roadmapSchema, given);
  const [year, month, day, hour, minute, second] = timestamp;
  return {
    form: 'roadmap',
    id: `uuid:${uuid}`,
    systemId: DEFAULT_SYSTEM,
    name,
    hostname: '',
    pid: 0,
    sentAt: Date.UTC(year, month - 1, day, hour, minute, second),
    intervalMs: (further.interval ?? ROADMAP_INTERVAL_S) * 1000,
    further,
  };
}

/** Only the roadmap's timestamps are lists. */
function isRoadmaps(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'uuid' in given && !('worker_id' in given);
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new VumiError('request.not_json', 'a heartbeat is a JSON object', { cause: error });
  }
}

/** Whose sign of life it is. */
export interface Beating {
  readonly systemId: string;
  readonly name: string;
  readonly hostname: string;
  readonly pid: number;
}

/** Vumi's form, which its monitors read; further keys mean nothing to them. `now` in milliseconds since the epoch. */
export function encodeVumiBeat(beating: Beating, now: number, further: object = {}): string {
  const { systemId, name, hostname, pid } = beating;
  return JSON.stringify({
    version: VUMI_VERSION,
    worker_id: workerId(systemId, name),
    system_id: systemId,
    worker_name: name,
    hostname,
    timestamp: now / 1000,
    pid,
    ...further,
  });
}

/** The form of Vumi's roadmap: a name, a uuid, the time in UTC as a list, and any further keys. */
export function encodeRoadmapBeat(beating: Beating, now: number, further: object = {}): string {
  const { systemId, name, hostname, pid } = beating;
  const at = new Date(now);
  return JSON.stringify({
    name,
    uuid: uuidOf(deriveId('component', systemId, name, hostname, pid)),
    timestamp: [
      at.getUTCFullYear(),
      at.getUTCMonth() + 1,
      at.getUTCDate(),
      at.getUTCHours(),
      at.getUTCMinutes(),
      at.getUTCSeconds(),
    ],
    system_id: systemId,
    hostname,
    pid,
    ...further,
  });
}

/** Vumi's id of a worker. */
export function workerId(systemId: string, name: string): string {
  return `${systemId}:${name}`;
}

function uuidOf(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

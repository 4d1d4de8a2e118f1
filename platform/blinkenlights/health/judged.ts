import type { Verdict } from './verdict.ts';

/** A process that beats for a component. Times are milliseconds since the epoch, by the monitor's clock. */
interface BeatingProcess {
  readonly hostname: string;
  readonly pid: number;
  readonly heardAt: number;
  readonly beats: number;
}

/** A component as the monitor sees it. */
export interface Judged extends Verdict {
  /** Vumi's worker_id; `uuid:<uuid>` of one that beats in the roadmap's form. */
  readonly id: string;
  readonly kind: 'process' | 'worker';
  readonly systemId: string;
  readonly name: string;
  /** How many processes must beat for it. */
  readonly needed: number;
  /** Those that do. */
  readonly instances: readonly BeatingProcess[];
  /** The last beat; null: none. */
  readonly heardAt: number | null;
}

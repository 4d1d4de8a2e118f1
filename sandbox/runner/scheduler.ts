import type { Entry } from './entry.ts';
import type { Tenant } from './tenant.ts';
import { Usage } from './usage.ts';

/** Inline entries are made for so long before the process looks at what else there is. */
const INLINE_SLICE_MS = 4;
/** More apps than a runner ever holds at once. */
const MAX_REMEMBERED = 5000;

/**
 * Decides which tenant's entry runs next, the one whose app has used the least CPU lately. isolated-vm starts a thread
 * for whatever it is given, so the cap is ours: `lanes` entries at once, and one more for an app that is known to be
 * light, which then waits for nobody.
 *
 * Waking a thread costs more than an ordinary handler, so apps that have proved quick run inline, on the runner's own
 * thread, with a short leash: one that overstays loses its isolate, its turn runs again on a thread, and it stays there.
 */
export class Scheduler {
  readonly #lanes: number;
  readonly #now: () => number;
  readonly #ready = new Set<Tenant>();
  readonly #usage = new Map<string, Usage>();
  #running = 0;
  #pumping = false;
  #resting = false;

  constructor(lanes: number, now: () => number) {
    this.#lanes = lanes;
    this.#now = now;
  }

  usageOf(app: string): Usage {
    const known = this.#usage.get(app);
    if (known !== undefined) return known;
    const usage = new Usage();
    this.#usage.set(app, usage);
    return usage;
  }

  /** Queues an entry; entries of one tenant run one after the other. */
  add(tenant: Tenant, entry: Entry): void {
    tenant.queue.push(entry);
    if (tenant.running === null) this.#ready.add(tenant);
    if (!this.#resting) this.#pump();
  }

  /** Call when a tenant's entry has ended, by itself or by the tenant's death. */
  ended(tenant: Tenant, isInline: boolean): void {
    if (!isInline) this.#running--;
    if (tenant.queue.length > 0) this.#ready.add(tenant);
    if (!this.#resting) this.#pump();
  }

  forget(tenant: Tenant): void {
    this.#ready.delete(tenant);
  }

  /** Call every 100 ms. */
  decay(): void {
    for (const [app, usage] of this.#usage) {
      if (!usage.decay() || this.#usage.size > MAX_REMEMBERED) this.#usage.delete(app);
    }
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    const restAt = this.#now() + INLINE_SLICE_MS;
    for (let next = this.#choose(); next !== null; next = this.#choose()) {
      this.#start(next);
      if (this.#now() > restAt) {
        this.#rest();
        break;
      }
    }
    this.#pumping = false;
  }

  #start(tenant: Tenant): void {
    this.#ready.delete(tenant);
    const entry = tenant.queue.shift();
    if (entry === undefined) return;
    const isInline = tenant.mayRunInline;
    if (!isInline) this.#running++;
    tenant.run(entry, isInline);
  }

  #rest(): void {
    this.#resting = true;
    setImmediate(() => {
      this.#resting = false;
      this.#pump();
    });
  }

  #choose(): Tenant | null {
    let best: Tenant | null = null;
    for (const tenant of this.#ready) {
      if ((best === null || tenant.usage.recentMs < best.usage.recentMs) && this.#hasLane(tenant))
        best = tenant;
    }
    return best;
  }

  #hasLane(tenant: Tenant): boolean {
    if (this.#running < this.#lanes || tenant.mayRunInline) return true;
    return this.#running === this.#lanes && tenant.usage.isLight;
  }
}

import type { TransportHealth } from '../../transport-type.ts';

export type BindReport = Omit<TransportHealth, 'component'>;

/** Makes one report of those of all binds: with one bind they are its own. */
export class BindHealth {
  readonly #publish: (report: BindReport) => void;
  readonly #reports = new Map<string, BindReport>();

  constructor(publish: (report: BindReport) => void) {
    this.#publish = publish;
  }

  get wanted(): number {
    return this.#reports.size;
  }

  get bound(): number {
    return [...this.#reports.values()].filter(({ status }) => status === 'ok').length;
  }

  /** What the bind of this name says of itself from now on; the names are made before the first bind is up. */
  reporter(name: string): (report: BindReport) => void {
    this.#reports.set(name, { status: 'down', type: 'binding', message: 'starting' });
    return (report) => {
      this.#reports.set(name, report);
      this.#publish(this.#summary(name, report));
    };
  }

  #summary(name: string, last: BindReport): BindReport {
    const { wanted, bound } = this;
    if (wanted === 1) return last;
    if (bound === wanted) return { status: 'ok', type: 'bound', message: `all ${wanted} binds are up` };
    if (bound === 0) return { ...last, message: `${name}: ${last.message}` };
    const down = [...this.#reports].find(([, { status }]) => status !== 'ok');
    const why = down === undefined ? '' : `; ${down[0]}: ${down[1].message}`;
    return { status: 'degraded', type: 'partly_bound', message: `${bound} of ${wanted} binds are up${why}` };
  }
}

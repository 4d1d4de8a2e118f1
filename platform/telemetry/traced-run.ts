import type { Tracing } from './tracing.ts';

/** What a trace tells of the run of an app. */
export interface RunFigures {
  readonly account: string;
  readonly app: string;
  readonly version: number;
  readonly outcome: string;
  /** When its handler began, milliseconds since the epoch. */
  readonly at: number;
  readonly cost: {
    readonly cpu_us: number;
    readonly wall_ms: number;
    readonly wait_ms: number;
    readonly sends: number;
  };
}

/** The run of an app as a span, told when it is over: it ran in another process. */
export function tracedRun<R extends RunFigures>(
  record: (run: R) => void,
  tracing: Tracing,
): (run: R) => void {
  return (run) => {
    const { account, app, version, outcome, at, cost } = run;
    const attributes = {
      'vumi.account': account,
      'vumi.app': app,
      'vumi.version': version,
      'vumi.outcome': outcome,
      'vumi.cpu_us': cost.cpu_us,
      'vumi.wait_ms': cost.wait_ms,
      'vumi.sends': cost.sends,
    };
    tracing.past(`run ${account}/${app}`, { from: at, to: at + cost.wall_ms }, { attributes });
    record(run);
  };
}

import { describe, expect, it } from 'vitest';
import { alertWorkerOptions } from './options.ts';
import type { Observation } from './rule.ts';
import { alertRules } from './rules.ts';

const CALM: Observation = {
  processes: [{ hostname: 'one', disk: { free_share: 0.5, free_bytes: 5e10 } }],
  workers: [],
  transports: [],
  queues: [],
  failures: [],
  receivers: [],
  apps: [],
};

/** Looks on end at what a rule sees; what is found is open at the next. */
function looks(kind: string, options: object, seen: readonly Partial<Observation>[]) {
  const rule = alertRules(alertWorkerOptions.parse(options)).find((one) => one.kind === kind);
  if (rule === undefined) throw new TypeError(`there is no rule ${kind}`);
  let open = new Set<string>();
  return seen.map((one) => {
    const found = rule.find({ ...CALM, ...one }, (subject) => open.has(subject));
    open = new Set(found.map(({ subject }) => subject));
    return found.map(({ subject, level }) => `${subject} ${level}`);
  });
}

it('a platform that is well has no alerts', () => {
  for (const rule of alertRules(alertWorkerOptions.parse({})))
    expect(rule.find(CALM, () => false)).toEqual([]);
});

describe('a transport', () => {
  const at = (...statuses: ('ok' | 'degraded' | 'down' | 'waiting')[]): Partial<Observation> => ({
    transports: ['mno'],
    workers: statuses.map((status) => ({ name: 'mno', status, message: 'because' })),
  });

  it('is an alert after it was not up at some looks on end, until it is', () => {
    const seen = [at('down'), at('down'), at('ok'), at('down'), at('down'), at('down'), at('down'), at('ok')];
    expect(looks('transport', { transport_looks: 3 }, seen).map((found) => found.length)).toEqual([
      0, 0, 0, 0, 0, 1, 1, 0,
    ]);
  });

  it('that another process runs is up; one that is half up is less than one that nobody runs', () => {
    const of = (...statuses: Parameters<typeof at>) =>
      looks('transport', { transport_looks: 1 }, [at(...statuses)])[0];
    expect(of('down', 'ok')).toEqual([]);
    expect(of('degraded', 'down')).toEqual(['mno warning']);
    expect(of('waiting')).toEqual(['mno critical']);
    expect(of()).toEqual(['mno critical']);
  });
});

describe('a queue', () => {
  const depths = (...all: number[]) =>
    looks(
      'queue',
      { queue_messages: 100, queue_looks: 6 },
      all.map((messages) => ({ queues: [{ queue: 'mno.outbound', messages }] })),
    ).map((found) => found.length);

  it('that grows at look after look is an alert until it is half as long as what counts', () => {
    expect(depths(10, 50, 90, 140, 180, 220, 300, 200, 60, 40)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 0]);
  });

  it('that is long but does not grow, or grows but is short, is none', () => {
    expect(depths(500, 500, 500, 500, 500, 500, 500)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(depths(500, 900, 400, 800, 300, 700, 200)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(depths(1, 2, 3, 4, 5, 6, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('an app', () => {
  const errors = (...all: [runs: number, failed: number][]) =>
    looks(
      'app.errors',
      { app_looks: 3, app_runs: 10, app_failed_percent: 20 },
      all.map(([runs, failed]) => ({ apps: [{ account: 'a', app: 'quiz', runs, failed }] })),
    ).map((found) => found.length);

  it('of which too many of the last runs failed is an alert until it works', () => {
    expect(errors([1000, 900], [1005, 905], [1020, 915], [1040, 915], [1080, 915], [1120, 915])).toEqual([
      0, 0, 1, 1, 1, 0,
    ]);
  });

  it('whose failures are old, few or of few runs is none', () => {
    expect(errors([1000, 900], [1020, 900], [1040, 901], [1060, 902])).toEqual([0, 0, 0, 0]);
    expect(errors([0, 0], [3, 3], [6, 6], [9, 9])).toEqual([0, 0, 0, 0]);
  });

  it('that was not there at the look before had not run by then', () => {
    const found = looks('app.errors', { app_looks: 3, app_runs: 10, app_failed_percent: 20 }, [
      { apps: [] },
      { apps: [{ account: 'a', app: 'quiz', runs: 12, failed: 12 }] },
    ]);
    expect(found).toMatchObject([[], ['quiz warning']]);
  });

  it('that nobody uses any more is over', () => {
    expect(errors([0, 0], [20, 20], [20, 20], [20, 20], [20, 20], [20, 20])).toEqual([0, 1, 1, 1, 0, 0]);
  });
});

it('a disk is judged by its fullest file system, and critical at half of what is a warning', () => {
  const free = (...shares: number[]): Partial<Observation> => ({
    processes: shares.map((share) => ({
      hostname: 'one',
      disk: { free_share: share, free_bytes: share * 1e11 },
    })),
  });
  const silent = { processes: [{ hostname: 'two' }] };
  expect(looks('disk', {}, [free(0.2), free(0.09, 0.4), free(0.04), free(0.11), silent])).toEqual([
    [],
    ['one warning'],
    ['one critical'],
    [],
    [],
  ]);
});

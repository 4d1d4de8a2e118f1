import { appErrors } from './app-errors.ts';
import { growingQueues } from './growing-queues.ts';
import type { AlertOptions } from './options.ts';
import type { Finding, Observation, Rule } from './rule.ts';

const GIB = 1024 ** 3;

/** All that is looked at. Components and credits raise their alerts themselves. */
export function alertRules(options: AlertOptions): Rule[] {
  return [
    transportsAreUp(options),
    growingQueues(options),
    { kind: 'failures', find: ({ failures }) => failures.map(deadFailure) },
    { kind: 'webhook', find: ({ receivers }) => receivers.map(lostReceiver) },
    diskHasRoom(options),
    appErrors(options),
  ];
}

/** Networks come and go: what is up again at the next look is nobody's affair. */
function transportsAreUp({ transport_looks: looks }: Pick<AlertOptions, 'transport_looks'>): Rule {
  let missed = new Map<string, number>();
  return {
    kind: 'transport',
    find({ transports, workers }, isOpen) {
      const down = transports.flatMap((name) => transportIsDown(name, workers));
      missed = new Map(down.map(({ subject }) => [subject, (missed.get(subject) ?? 0) + 1]));
      return down.filter(({ subject }) => isOpen(subject, null) || (missed.get(subject) ?? 0) >= looks);
    },
  };
}

function transportIsDown(name: string, workers: Observation['workers']): Finding[] {
  const states = workers.filter((worker) => worker.name === name);
  if (states.some(({ status }) => status === 'ok')) return [];
  const [state] = states.toSorted((a, b) => Number(a.status === 'down') - Number(b.status === 'down'));
  if (state === undefined) {
    const message = `transport "${name}" is not running: no process with the role "transports" has taken it`;
    return [{ subject: name, level: 'critical', message, details: { status: 'not running' } }];
  }
  const { status } = state;
  return [
    {
      subject: name,
      level: status === 'degraded' ? 'warning' : 'critical',
      message: `transport "${name}" is ${status}: ${state.message}`,
      details: { status },
    },
  ];
}

function deadFailure({ account, subject, dead, reason }: Observation['failures'][number]): Finding {
  return {
    subject,
    account,
    level: 'warning',
    message: `${dead} ${dead === 1 ? 'message' : 'messages'} of "${subject}" could not be handled, the last because: ${reason}; see vumi failures list`,
    details: { dead },
  };
}

function lostReceiver({ account, name, failing_since, error }: Observation['receivers'][number]): Finding {
  return {
    subject: name,
    account,
    level: 'warning',
    message: `the receiver of webhook "${name}" has taken nothing since ${failing_since} (${error ?? 'no reason is known'}), and deliveries were given up; once it is back: vumi webhook redeliver ${name} --since TIME`,
    details: { failing_since },
  };
}

/** Processes of one machine that write to several file systems are judged by the fullest. */
function diskHasRoom({ disk_free_percent: least }: Pick<AlertOptions, 'disk_free_percent'>): Rule {
  return {
    kind: 'disk',
    find: ({ processes }) =>
      [...Map.groupBy(processes, ({ hostname }) => hostname)].flatMap(([machine, ofMachine]) => {
        const [fullest] = ofMachine
          .flatMap(({ disk }) => disk ?? [])
          .toSorted((a, b) => a.free_share - b.free_share);
        if (fullest === undefined) return [];
        const percent = fullest.free_share * 100;
        if (percent >= least) return [];
        const left = `${percent.toFixed(1)} % (${(fullest.free_bytes / GIB).toFixed(1)} GiB)`;
        return [
          {
            subject: machine,
            level: percent < least / 2 ? ('critical' as const) : ('warning' as const),
            message: `the disk of ${machine} is nearly full: ${left} are left; free some, or the platform stops taking messages`,
            details: { ...fullest },
          },
        ];
      }),
  };
}

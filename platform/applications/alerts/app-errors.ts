import type { AlertOptions } from './options.ts';
import type { Observation, Rule } from './rule.ts';

type Counted = Observation['apps'][number];

/** Apps of which too many runs of the last looks failed; over when it is half of that, or when there is another version. */
export function appErrors({
  app_failed_percent: most,
  app_runs: least,
  app_looks: looks,
}: Pick<AlertOptions, 'app_failed_percent' | 'app_runs' | 'app_looks'>): Rule {
  let seen: ReadonlyMap<string, readonly Counted[]> | null = null;
  return {
    kind: 'app.errors',
    find({ apps }, isOpen) {
      const before = seen;
      const kept = new Map<string, readonly Counted[]>();
      seen = kept;
      return apps.flatMap((now) => {
        const key = `${now.account}/${now.app}`;
        const known = [...(before?.get(key) ?? firstOf(now, before !== null)), now].slice(-looks - 1);
        kept.set(key, known);
        const [first = now] = known;
        const runs = now.runs - first.runs;
        const failed = now.failed - first.failed;
        const open = isOpen(now.app, now.account);
        // Until there is something to judge by, it is as it was.
        const judged = runs >= least || known.length > looks;
        const found = judged ? runs > 0 && failed * 100 >= runs * (open ? most / 2 : most) : open;
        return found && (open || runs >= least) ? [tell(now, runs, failed)] : [];
      });
    },
  };
}

/** What an app is compared with when it is seen first: an app that the look before did not see had not run by then. */
function firstOf(now: Counted, isNew: boolean): readonly Counted[] {
  return isNew ? [{ ...now, runs: 0, failed: 0 }] : [];
}

function tell({ account, app }: Counted, runs: number, failed: number) {
  return {
    subject: app,
    account,
    level: 'warning' as const,
    message: `${failed} of the last ${runs} runs of app "${app}" failed; see vumi app logs ${app} and vumi app runs ${app}`,
    details: { runs, failed },
  };
}

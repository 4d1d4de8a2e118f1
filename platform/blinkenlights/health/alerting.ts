import type { Alert, Component, RaisedAlert, Store } from '@vumi/store';

/** What alerts of components are of (docs/alerts.md). */
const KIND = 'component';

type Alerting = Pick<Store, 'alerts' | 'components'> & {
  readonly transports: Pick<Store['transports'], 'list'>;
};

/**
 * Brings the alerts to what the components are: raised for those that were unwell for so long, cleared for those that are
 * well again, or are forgotten. Done again at any time it does no harm, so that nothing is lost by a crash in between.
 * Transports of the store have alerts of their own kind (applications/alerts), one each, and none here.
 * Answers how many wait to be old enough.
 */
export async function alignAlerts(
  { alerts, components, transports }: Alerting,
  afterMs: number,
  now: number,
): Promise<number> {
  const [troubles, open, rows] = await Promise.all([
    components.troubles(),
    alerts.open(KIND),
    transports.list(),
  ]);
  const ofTransports = new Set(rows.map(({ name }) => name));
  const known = new Map(open.map((alert) => [alert.subject, alert]));
  let waiting = 0;
  for (const component of troubles) {
    if (component.kind !== 'process' && ofTransports.has(component.worker)) continue;
    const alert = known.get(component.name);
    known.delete(component.name);
    // An alert that is open tells only what gets worse.
    if (alert !== undefined && (alert.level === 'critical' || component.level === 'degraded')) continue;
    if (alert === undefined && now - Date.parse(component.since) < afterMs) waiting += 1;
    else await alerts.raise(raised(component, now));
  }
  for (const alert of known.values())
    await alerts.clear(keyOf(alert), { at: now, message: 'it is well again' });
  return waiting;
}

function keyOf({ subject }: Alert): { readonly kind: string; readonly subject: string } {
  return { kind: KIND, subject };
}

function levelOf({ level }: Component): RaisedAlert['level'] {
  return level === 'down' ? 'critical' : 'warning';
}

function raised(component: Component, now: number): RaisedAlert {
  const { name, kind, worker, part, level, type, message, since } = component;
  return {
    kind: KIND,
    subject: name,
    level: levelOf(component),
    message: `${name} is ${level}: ${message}`,
    at: now,
    details: { kind, worker, part, level, type, since },
  };
}

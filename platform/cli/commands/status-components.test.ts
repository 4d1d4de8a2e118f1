import { expect, it } from 'vitest';
import { componentsText, type ComponentRow } from './status-components.ts';

const SINCE = '2026-11-22T08:00:00.000Z';
const row = (name: string, fields: Partial<ComponentRow> = {}): ComponentRow => ({
  name,
  kind: 'worker',
  worst: 'ok',
  worst_of: name,
  since: SINCE,
  message: 'beats',
  ...fields,
});
const COUNTS = { ok: 3, degraded: 0, down: 1 };

it('what is not well is named by process and connector, with the part that says why', () => {
  const rows = [
    row('global:api'),
    row('global:mno', { worst: 'down', worst_of: 'global:mno.smpp' }),
    row('global:mno.smpp', { kind: 'part', worst: 'down', message: 'smsc.example hung up' }),
  ];
  const text = componentsText({ level: 'down', counts: COUNTS, monitored_at: SINCE }, rows, []);
  expect(text).toMatch(/^Components 3 ok, 1 down\n/);
  expect(text).toMatch(
    /^global:mno +worker +down +2026-11-22 08:00:00 +global:mno\.smpp: smsc\.example hung up$/m,
  );
  expect(text).not.toMatch(/global:api|^global:mno\.smpp/m);
});

it('open issues say how many processes beat of how many; where nobody listens that is said', () => {
  const issue = {
    component: 'clinic:smsc',
    start_time: SINCE,
    procs_count: 1,
    min_procs: 2,
    message: 'too few',
  };
  const text = componentsText({ level: 'degraded', counts: {}, monitored_at: null }, [], [issue]);
  expect(text).toMatch(/^Components none is known yet; nobody listens to heartbeats\n/);
  expect(text).toMatch(/^clinic:smsc +2026-11-22 08:00:00 +1 of 2 +too few$/m);
});

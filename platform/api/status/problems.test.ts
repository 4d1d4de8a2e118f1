import { expect, test } from 'vitest';
import type { PlatformProcess } from './ports.ts';
import { problemsOf } from './problems.ts';

const ROLES = ['transports', 'dispatch', 'sandbox', 'api', 'smpp'] as const;
const process: PlatformProcess = {
  worker_id: 'host:1',
  hostname: 'host',
  pid: 1,
  roles: ROLES.filter((role) => role !== 'smpp'),
  started_at: '2026-11-22T08:00:00.000Z',
  seen_at: '2026-11-22T08:00:00.000Z',
  supervisor: 'host',
  parent: null,
  probe: null,
  workers: [],
  transports: [],
  sandbox: null,
  overload: { overloaded: false, lost_share: 0, pressure: null },
  admin_token: 'valid',
};
const transport = (status: 'ok' | 'degraded' | 'down', message = '') => ({
  name: 'mno',
  type: 'smpp',
  status,
  message,
  gauges: {},
});
const given = { processes: [process], roles: ROLES, transports: [], validToken: 'valid', smppClients: 0 };

test('a platform that does all it should has none', () => {
  expect(problemsOf(given)).toEqual([]);
  const one = { ...process, transports: [transport('ok')] };
  const waits = { ...process, worker_id: 'host:2', transports: [transport('down', 'waits for its turn')] };
  expect(problemsOf({ ...given, processes: [waits, one], transports: ['mno'] })).toEqual([]);
});

test('a transport that is not bound, or that nobody runs, is one', () => {
  const bad = { ...process, transports: [transport('down', 'cannot connect to smsc:2775')] };
  expect(problemsOf({ ...given, processes: [bad], transports: ['mno'] })).toEqual([
    'transport "mno" is down: cannot connect to smsc:2775',
  ]);
  const some = { ...process, worker_id: 'host:2', transports: [transport('degraded', '1 of 2 binds')] };
  expect(problemsOf({ ...given, processes: [bad, some], transports: ['mno'] })).toEqual([
    'transport "mno" is degraded: 1 of 2 binds',
  ]);
  expect(problemsOf({ ...given, transports: ['mno'] })).toEqual([
    expect.stringContaining('transport "mno" is not running'),
  ]);
});

test('a role that nobody has is one, that for SMPP clients only where there are some', () => {
  const processes = [{ ...process, roles: ['api', 'dispatch'] as const }];
  expect(problemsOf({ ...given, processes })).toEqual([
    expect.stringContaining(
      'no process has the role "transports": start one with "vumi up --roles transports"',
    ),
    expect.stringContaining('role "sandbox"'),
  ]);
  expect(problemsOf({ ...given, smppClients: 1 })).toEqual([expect.stringContaining('--smpp-port 2776')]);
});

test("a process with another administrator's token is one", () => {
  const other = { ...process, worker_id: 'host:2', admin_token: 'other' };
  const noApi = { ...process, worker_id: 'host:3', admin_token: null };
  expect(problemsOf({ ...given, processes: [process, other, noApi] })).toEqual([
    expect.stringMatching(/^process host:2: it was started with another/),
  ]);
});

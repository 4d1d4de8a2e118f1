import { expect, test } from 'vitest';
import type { Caller } from './access.ts';
import { testRoutes } from './platform.fixture.ts';
import type { Route } from './route.ts';
import { ACCOUNT_ROLE_NAMES, ACCOUNT_SCOPES, PLATFORM_ROLE_NAMES, PLATFORM_SCOPES } from './scopes.ts';

const caller = (account: string | null, ...scopes: string[]): Caller => ({
  account,
  scopes,
  token: { id: 'x', label: 'x', configured: false, expires_at: null },
});

function may({ access }: Route, who: Caller, account = 'acme'): boolean {
  try {
    access.check(who, { account });
    return true;
  } catch {
    return false;
  }
}

const nameOf = ({ method, prefix, path }: Route): string =>
  `${method} ${prefix.replace('/api/v1', '')}${path}`;

function auditText({ audited }: Route): string {
  if (audited === null) return '';
  return typeof audited === 'string' ? audited : `not: ${audited.unrecorded}`;
}

const WHOLE: ReadonlySet<string> = new Set(['account:read', 'platform:read']);

/** Nothing is open by accident: the table is held in the repository, and read by people when it changes. */
test('who may call what, and what of it is in the audit log', async () => {
  const routes = testRoutes().toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const roles = [
    ...ACCOUNT_ROLE_NAMES.map((role) => ({ title: role.slice(5), who: caller('acme', role) })),
    ...PLATFORM_ROLE_NAMES.map((role) => ({ title: `${role.slice(5)}*`, who: caller(null, role) })),
  ];
  const head = ['Operation', 'Scope', ...roles.map(({ title }) => title), 'Audit log'];
  const cellsOf = (route: Route): string[] => [
    `\`${nameOf(route)}\``,
    route.scope === null ? 'anybody' : `\`${route.scope}\`${route.tokenOptional ? ', or no token' : ''}`,
    ...roles.map(({ who }) => (route.scope === null || may(route, who) ? '✓' : '')),
    auditText(route),
  ];
  const rows = routes.map(cellsOf);
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const text = [
    '# Who may call what',
    '',
    'Made of the routes by a test. Roles with `*` are of the platform’s tokens, the others of tokens of accounts, which open',
    'their account and nothing else. What scopes and roles are: [access.md](access.md).',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/who-may-what.md');
});

test('no token of an account opens another account, or what is of the platform', () => {
  for (const route of testRoutes().filter(({ scope }) => scope !== null)) {
    const ofAccount = route.path.includes('/:account');
    for (const scope of [
      ...ACCOUNT_SCOPES,
      ...ACCOUNT_ROLE_NAMES,
      ...PLATFORM_SCOPES,
      ...PLATFORM_ROLE_NAMES,
    ]) {
      if (ofAccount)
        expect(may(route, caller('acme', scope), 'other'), `${nameOf(route)} ${scope}`).toBe(false);
    }
    // Whatever the label of its scopes says: a token of an account is none of the platform.
    if (!ofAccount && may(route, caller('acme', 'admin', 'account')))
      expect(['GET /accounts', 'GET /metrics', 'POST /segments'], nameOf(route)).toContain(nameOf(route));
  }
});

test('each scope opens something, and what only reads needs a scope that only reads', () => {
  const opened = new Set(testRoutes().map(({ scope }) => scope));
  for (const scope of new Set([...ACCOUNT_SCOPES, ...PLATFORM_SCOPES]))
    if (!WHOLE.has(scope)) expect(opened, scope).toContain(scope);
  for (const route of testRoutes().filter(({ audited, scope }) => audited !== null && scope !== null))
    if (typeof route.audited === 'string') expect(route.scope, nameOf(route)).not.toMatch(/:read$/);
});

test('tokens of earlier have what they had', () => {
  const of = (id: string): Route => {
    const route = testRoutes().find((one) => one.id === id);
    if (route === undefined) throw new TypeError(`there is no operation ${id}`);
    return route;
  };
  for (const route of testRoutes().filter(({ path }) => path.startsWith('/accounts/:account/'))) {
    if (route.scope === null || route.scope.endsWith(':read')) continue;
    expect(may(route, caller('acme', 'account:read')), nameOf(route)).toBe(false);
  }
  expect(may(of('listMessages'), caller('acme', 'account:read'))).toBe(true);
  expect(may(of('putRoute'), caller('acme', 'account'))).toBe(true);
  expect(may(of('deployApp'), caller('acme', 'apps:deploy'))).toBe(true);
  expect(may(of('deleteApp'), caller('acme', 'apps:deploy'))).toBe(false);
  expect(may(of('sendMessage'), caller('acme', 'messages:send'))).toBe(true);
  expect(may(of('listMessages'), caller('acme', 'messages:send'))).toBe(false);
  for (const route of testRoutes()) expect(may(route, caller(null, 'admin')), nameOf(route)).toBe(true);
});

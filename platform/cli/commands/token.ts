import type { Command } from 'commander';
import { path } from '../client.ts';
import { parseDuration, parseEnd } from '../duration.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Token {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly expired: boolean;
  readonly last_used_at: string | null;
  readonly configured: boolean;
}
type MadeToken = Token & { readonly token: string };

interface Whose {
  readonly admin?: boolean;
}
interface CreateOptions extends Whose {
  readonly label: string;
  readonly role?: string[];
  readonly scope?: string[];
  readonly expires?: string;
}
interface RotateOptions extends Whose {
  readonly overlap?: string;
  readonly expires?: string;
}
interface ChangeOptions extends Whose {
  readonly label?: string;
  readonly expires?: string;
}

const ROLES =
  'owner, developer, operator, sender, auditor or billing; with --admin administrator, operator, support or finance';
const ID = 'its id, as "npx vumi token list" shows it';
const EXPIRES = 'when it ends: from now such as 90d, a date, or never';

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('tokens: what programs show to act for an account');
  addCreate(token);
  addList(token);
  addRotate(token);
  addChange(token);
  addRevoke(token);
}

/** A command about the tokens of an account, or with --admin about those of administrators. */
function command(token: Command, name: string, description: string): Command {
  return token
    .command(name)
    .description(description)
    .option('--admin', "administrators' tokens, not an account's");
}

async function tokensOf(session: Session, { admin }: Whose): Promise<string> {
  return admin === true ? '/tokens' : path`/accounts/${await session.account()}/tokens`;
}

function addCreate(token: Command): void {
  const create = command(token, 'create', 'issue a token; it is shown this once')
    .requiredOption('--label <text>', 'what the token is for')
    .option('--role <role...>', `a set of scopes: ${ROLES}`)
    .option('--scope <scope...>', 'account (everything), account:read, messages:send, …: docs/access.md')
    .option('--expires <when>', EXPIRES);
  withExample(
    create,
    'npx vumi token create --account acme --label ci --scope apps:deploy --expires 90d',
    'npx vumi token create --account acme --label shop --role sender --expires 365d',
    'npx vumi token create --admin --label prometheus --scope metrics:read',
  ).action(async (options: CreateOptions, self: Command) => {
    const session = openSession(self);
    const scopes = [...(options.role ?? []).map((role) => `role:${role}`), ...(options.scope ?? [])];
    const body = {
      label: options.label,
      ...(scopes.length === 0 ? {} : { scopes }),
      ...endOf(options),
    };
    const made = await session.client.call<MadeToken>('POST', await tokensOf(session, options), { body });
    session.show(made, () => `${made.token}\n`);
  });
}

function addList(token: Command): void {
  withExample(
    command(token, 'list', 'list tokens: what they are for, and when they were used last'),
    'npx vumi token list --account acme',
  ).action(async (options: Whose, self: Command) => {
    const session = openSession(self);
    const tokens = await session.client.list<Token>(await tokensOf(session, options));
    session.show(tokens, () =>
      tokens.length === 0
        ? 'No tokens yet. Issue one: npx vumi token create --label TEXT\n'
        : table(['ID', 'LABEL', 'SCOPES', 'MADE', 'BY', 'LAST USED', 'ENDS'], tokens.map(row)),
    );
  });
}

function row(token: Token): string[] {
  const { id, label, scopes, created_at, created_by, last_used_at } = token;
  const used = last_used_at === null ? 'never' : shortTime(last_used_at);
  return [id, label, scopes.join(' '), shortTime(created_at), created_by, used, endText(token)];
}

function endText({ configured, expires_at, expired }: Token): string {
  if (configured) return 'with VUMI_ADMIN_TOKEN';
  if (expires_at === null) return 'never';
  return `${shortTime(expires_at)}${expired ? ', is over' : ''}`;
}

function addRotate(token: Command): void {
  const rotate = command(token, 'rotate', 'put a new token in the place of one; it is shown this once')
    .argument('<id>', ID)
    .option('--overlap <time>', 'how long the old one still works, such as 1h (default: it ends at once)')
    .option('--expires <when>', `${EXPIRES} (default: it lives as long as the old one was made for)`);
  withExample(rotate, 'npx vumi token rotate 019ac0de --account acme --overlap 1h').action(
    async (id: string, options: RotateOptions, self: Command) => {
      const session = openSession(self);
      const overlap = options.overlap === undefined ? 0 : parseDuration('--overlap', options.overlap);
      const tokens = await tokensOf(session, options);
      const made = await session.client.call<MadeToken>('POST', tokens + path`/${id}/rotate`, {
        body: { overlap_seconds: overlap, ...endOf(options) },
      });
      session.show(made, () => `${made.token}\n`);
    },
  );
}

function addChange(token: Command): void {
  const change = command(token, 'set', 'give a token another label, or an end')
    .argument('<id>', ID)
    .option('--label <text>', 'what the token is for')
    .option('--expires <when>', EXPIRES);
  withExample(change, 'npx vumi token set 019ac0de --account acme --expires 30d').action(
    async (id: string, options: ChangeOptions, self: Command) => {
      const { label } = options;
      const body = { ...(label === undefined ? {} : { label }), ...endOf(options) };
      if (Object.keys(body).length === 0) throw usageError('say what to change: --label or --expires');
      const session = openSession(self);
      const tokens = await tokensOf(session, options);
      const changed = await session.client.call<Token>('PATCH', tokens + path`/${id}`, { body });
      session.show(changed, () => `Token "${changed.label}" ends: ${endText(changed)}.\n`);
    },
  );
}

function addRevoke(token: Command): void {
  withExample(
    command(token, 'revoke', 'end a token at once, everywhere').argument('<id>', ID),
    'npx vumi token revoke 019ac0de --account acme',
  ).action(async (id: string, options: Whose, self: Command) => {
    const session = openSession(self);
    await session.client.call('DELETE', (await tokensOf(session, options)) + path`/${id}`);
    session.show({ revoked: id }, () => `Token ${id} is no longer valid.\n`);
  });
}

function endOf({ expires }: { expires?: string }): { expires_at?: string | null } {
  return expires === undefined ? {} : { expires_at: parseEnd('--expires', expires) };
}

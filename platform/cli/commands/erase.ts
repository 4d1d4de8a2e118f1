import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

const LOOK_AGAIN_MS = 500;

interface Erasure {
  readonly id: string;
  readonly dry_run: boolean;
  readonly requested_by: string;
  readonly requested_at: string;
  readonly finished_at: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly seal: string | null;
}

/** `vumi erase` and `vumi erasure`: forgetting a person's address, and the proofs of it. */
export function addErasureCommands(program: Command): void {
  addErase(program);
  const erasure = program.command('erasure').description('what was erased, and the proofs of it');
  addList(erasure);
  addCheck(erasure);
}

function addErase(program: Command): void {
  withExample(
    program
      .command('erase')
      .description("erase one person's address, and what is known under it, from an account")
      .argument('<address>', 'such as +27761234567')
      .option('--dry-run', 'only count what would be erased')
      .option('--yes', 'do not ask'),
    'npx vumi erase +27761234567 --dry-run',
    'npx vumi erase +27761234567',
  ).action(async (address: string, options: { dryRun?: boolean; yes?: boolean }, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const { dryRun = false, yes = false } = options;
    if (!dryRun && !yes) await confirm(`Erase ${address} from the account "${account}" for ever?`);
    const body = { address, dry_run: dryRun };
    const asked = await session.client.call<Erasure>('POST', path`/accounts/${account}/erasures`, { body });
    const done = await waitFor(session, account, asked.id);
    session.show(done, () => {
      const counts = table([dryRun ? 'WOULD BE ERASED' : 'ERASED', 'COUNT'], Object.entries(done.counts));
      return `${counts}erasure ${done.id}, seal ${done.seal ?? '-'}\n`;
    });
  });
}

async function waitFor(session: Session, account: string, id: string): Promise<Erasure> {
  for (;;) {
    const erasure = await session.client.call<Erasure>('GET', path`/accounts/${account}/erasures/${id}`);
    if (erasure.finished_at !== null) return erasure;
    await pause(LOOK_AGAIN_MS);
  }
}

function addList(erasure: Command): void {
  withExample(
    erasure.command('list').description('list the erasures of an account, newest first'),
    'npx vumi erasure list',
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const found = await session.client.list<Erasure>(path`/accounts/${await session.account()}/erasures`);
    session.show(found, () =>
      table(
        ['ID', 'ASKED (UTC)', 'BY', 'DONE', 'COUNTS'],
        found.map((one) => [
          one.id,
          shortTime(one.requested_at),
          one.requested_by,
          one.finished_at === null ? null : shortTime(one.finished_at),
          `${one.dry_run ? 'dry run: ' : ''}${JSON.stringify(one.counts)}`,
        ]),
      ),
    );
  });
}

function addCheck(erasure: Command): void {
  withExample(
    erasure
      .command('check')
      .description('whether an erasure was of this address, and its report is as it was sealed')
      .argument('<id>')
      .argument('<address>'),
    'npx vumi erasure check 0199f3c2a5de7c0f8a6b2d4e6f708192 +27761234567',
  ).action(async (id: string, address: string, _options: object, command: Command) => {
    const session = openSession(command);
    const at = path`/accounts/${await session.account()}/erasures/${id}/check`;
    const found = await session.client.call<{ seal_valid: boolean; address_matches: boolean }>('POST', at, {
      body: { address },
    });
    session.show(found, () =>
      table(
        ['WHAT', 'HOLDS'],
        [
          ['the report is as it was sealed', found.seal_valid],
          ['it was this address', found.address_matches],
        ],
      ),
    );
  });
}

import type { Subscriber, WallOptions, WallReport } from '@vumi/testing';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { openSession } from '../session.ts';
import { playOnPlatform } from '../wall/platform-wall.ts';
import { reportText } from '../wall/report-text.ts';
import { loadScenario } from '../wall/scenario-file.ts';
import { WallView } from '../wall/wall-view.ts';

interface WallCommandOptions {
  readonly phones?: string;
  readonly seed: string;
  readonly to?: string;
  readonly atOnce: string;
  readonly pace: string;
  readonly wait: string;
  readonly page?: boolean;
}

/** `vumi wall`: hundreds of subscribers of all kinds talk with an app (spec authoring §6.4). */
export function addWallCommand(program: Command): void {
  const command = program
    .command('wall')
    .argument('<scenario>', 'a module that exports one, such as  export default { app: "." }')
    .description(
      'have hundreds of phones talk with an app, in the sandbox or on a platform that runs, and report what became of their talks',
    )
    .option('--phones <number>', 'how many (default: as the scenario says, or 100)')
    .option('--seed <number>', 'the same seed is the same people, who do the same', '1')
    .option('--to <url>', 'a platform that runs, by its simulators, instead of the sandbox here')
    .option('--at-once <number>', 'messages that wait for an answer at most, with --to', '50')
    .option('--pace <factor>', 'how long subscribers think, with --to: 1 as people do', '0.05')
    .option('--wait <seconds>', 'how long they wait for an answer, with --to', '60')
    .option('--page', 'show all phones in the browser; ends with Ctrl-C');
  withExample(
    command,
    'npx vumi wall scenario.ts --phones 500 --seed 7',
    'npx vumi wall scenario.ts --page',
    'npx vumi wall scenario.ts --to http://127.0.0.1:8000 --json',
  ).action(async (file: string, options: WallCommandOptions, command: Command) => {
    if (options.to !== undefined) command.setOptionValueWithSource('url', options.to, 'cli');
    const session = openSession(command);
    const kit = await import('@vumi/testing');
    const { scenario, folder } = await loadScenario(file, {
      phones: kit.PERSONA_NAMES,
      thresholds: kit.THRESHOLD_NAMES,
    });
    const phones = countOf('--phones', options.phones ?? String(kit.phonesOf(scenario)));
    if (phones < 1 || phones > kit.MOST_PHONES)
      throw usageError(`a wall has 1 to ${kit.MOST_PHONES} phones, not ${phones}`);
    const over = new AbortController();
    process.once('SIGINT', () =>
      over.abort(new CliError(EXIT.refused, 'stopped before all phones were done')),
    );
    const seed = countOf('--seed', options.seed);
    await using view = await WallView.start({
      seed,
      file,
      where: options.to ?? 'local',
      hasPage: options.page === true,
    });
    const asked = { phones, seed, ...listening(view), signal: over.signal };
    const report = await (options.to === undefined
      ? kit.playLocally(folder, scenario, asked)
      : playOnPlatform({ kit, session, scenario, folder }, asked, {
          where: options.to,
          atOnce: Math.max(1, countOf('--at-once', options.atOnce)),
          pace: numberOf('--pace', options.pace),
          waitMs: 1000 * numberOf('--wait', options.wait),
        }));
    view.end(report);
    session.show(report, () => reportText(report, folder));
    if (options.page === true) await view.untilClosed(over.signal);
    refuse(report);
  });
}

function listening(view: WallView): Pick<WallOptions, 'onCast' | 'onChange'> {
  return {
    onCast: (subscribers: readonly Subscriber[]) => view.begin(subscribers),
    onChange: (subscriber: Subscriber) => view.show(subscriber),
  };
}

function refuse({ thresholds }: WallReport): void {
  const broken = thresholds.filter(({ kept }) => !kept);
  if (broken.length === 0) return;
  const texts = broken.map(({ name, limit, value }) => `${name} is ${value}, its limit ${limit}`);
  throw new CliError(EXIT.refused, `the wall does not pass: ${texts.join('; ')}`);
}

function countOf(option: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0) return number;
  throw usageError(`${option} takes a whole number, not "${text}"`);
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text !== '' && number >= 0 && Number.isFinite(number)) return number;
  throw usageError(`${option} takes a number, not "${text}"`);
}

import { printable } from '@vumi/core';
import { Command } from 'commander';
import { addAccountCommands } from './commands/account.ts';
import { addAlertCommands } from './commands/alert.ts';
import { addDevCommand } from './commands/dev.ts';
import { addBatchCommands } from './commands/batch.ts';
import { addAppCommands } from './commands/app.ts';
import { addDeployCommand } from './commands/app-deploy.ts';
import { addLogsCommand } from './commands/app-logs.ts';
import { addReplayCommand } from './commands/app-replay.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addContactCommands } from './commands/contacts.ts';
import { addCreditCommands } from './commands/credits.ts';
import { addPriceCommands } from './commands/price.ts';
import { addIdentityCommands } from './commands/identity.ts';
import { addErasureCommands } from './commands/erase.ts';
import { addFailureCommands } from './commands/failures.ts';
import { addInitCommand } from './commands/init.ts';
import { addInterfaceCommands } from './commands/interface.ts';
import { addLanguageCommands } from './commands/i18n.ts';
import { addKvCommands } from './commands/kv.ts';
import { addMessageCommands } from './commands/messages.ts';
import { addOptoutCommands } from './commands/optouts.ts';
import { addNumberCommands } from './commands/number.ts';
import { addPhoneCommand } from './commands/phone.ts';
import { addRouteCommands } from './commands/route.ts';
import { addSmppCommands } from './commands/smpp.ts';
import { addSmscCommands } from './commands/smsc.ts';
import { addSmppClientCommands } from './commands/smpp-client.ts';
import { addSmsCommands } from './commands/sms.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTagPoolCommands } from './commands/tagpool.ts';
import { addTestCommand } from './commands/test.ts';
import { addTopCommand } from './commands/top.ts';
import { addTokenCommands } from './commands/token.ts';
import { addTransportCommands } from './commands/transport.ts';
import { addWallCommand } from './commands/wall.ts';
import { addWebhookCommands } from './commands/webhook.ts';
import { addWorkersCommands } from './commands/workers.ts';
import { withExample } from './examples.ts';
import { usageError } from './exit.ts';

const HELP_END = `
Start here:
  $ npx vumi up                                   runs the platform, with sample apps, in this terminal
  $ npx vumi phone +27761234567 12345             in another: write to them
  $ npx vumi app deploy my-app                    your own app
  $ npx vumi route set my-app --app my-app --transport smsc --to 12345 --keyword join
  $ npx vumi smsc                                 only the simulator of a mobile network

"npx vumi COMMAND --help" shows the options of a command and an example.

Exit codes: 0 done, 1 the platform refused, no reply came, or (status) something is down, 2 wrong usage,
3 no platform answers.
Environment: VUMI_URL (or VUMI_HTTP_PORT), VUMI_ACCOUNT, VUMI_ADMIN_TOKEN, VUMI_DATA_DIR (default: the nearest .vumi).
`;

/** In the order of the help. */
const GROUPS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'Run:': [
    hostCommand('up', 'run the platform', 'npx vumi up --http-port 8080'),
    hostCommand('worker', 'run one worker', 'npx vumi worker smpp --config smpp.yaml'),
    addSmscCommands,
    addSmppCommands,
  ],
  'Try:': [
    addPhoneCommand,
    addMessageCommands,
    addSmsCommands,
    addStatusCommand,
    addTopCommand,
    addFailureCommands,
  ],
  'Build:': [
    addInitCommand,
    addDevCommand,
    addTestCommand,
    addWallCommand,
    addDeployCommand,
    addLogsCommand,
    addReplayCommand,
    addAppCommands,
    addLanguageCommands,
    addRouteCommands,
    addWebhookCommands,
    addInterfaceCommands,
  ],
  'Keep:': [addContactCommands, addIdentityCommands, addOptoutCommands, addKvCommands],
  'Administer:': [
    addAccountCommands,
    addCreditCommands,
    addPriceCommands,
    addTokenCommands,
    addTransportCommands,
    addWorkersCommands,
    addAlertCommands,
    addAuditCommands,
    addNumberCommands,
    addTagPoolCommands,
    addBatchCommands,
    addErasureCommands,
    addSmppClientCommands,
    hostCommand(
      'backup',
      'write all that the platform keeps into a folder',
      'npx vumi backup backups/monday',
    ),
    hostCommand('restore', 'make a platform of a backup', 'npx vumi restore backups/monday --data-dir .vumi'),
  ],
};

/** The whole command line. Usage errors are thrown, nothing ends the process. `version` null: no option tells it. */
export function createProgram(version: string | null): Command {
  const program = new Command('npx vumi')
    .description('Vumi hosts messaging apps: a text message comes in, an app answers.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => write(printable(text.replace(/^error: /, 'vumi: '))),
    })
    .showHelpAfterError('Add --help to see how the command is used.')
    .option('--url <url>', 'where the platform is (default: http://127.0.0.1:8000)')
    .option('--token <token>', "your token (default: the administrator's, from the platform's data folder)")
    .option('--account <account>', 'the account to act on (default: the only one)')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP_END);
  if (version !== null) program.version(version);
  for (const [group, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(group);
    for (const add of commands) add(program);
  }
  return program;
}

/** A command of platform/host: vumi.js starts it itself when its name comes first. */
function hostCommand(name: string, description: string, example: string): (program: Command) => void {
  return (program) => {
    const command = program
      .command(name)
      .description(`${description}; "npx vumi ${name} --help" lists its options`)
      .allowExcessArguments()
      .allowUnknownOption();
    withExample(command, example).action(() => {
      throw usageError(`write "${name}" first: ${example}`);
    });
  };
}

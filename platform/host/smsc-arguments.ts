import { readFileSync } from 'node:fs';
import { errorText, VumiError } from '@vumi/core';
import { readScript, type ScriptInput, type SimulatorTls } from '@vumi/transports/smpp/simulator';
import { Option, type Command } from 'commander';
import { addSetting, createCommand, readFlags, settingAt } from './command-line.ts';
import type { Flags } from './config.ts';
import { describeSetting } from './settings.ts';

const HELP_END = `
"vumi smsc log", "script", "fail", "counters" and "load" work with one that runs; their --help tells.

Example:
  vumi smsc run --script slow.yaml --port 2776
  vumi phone --url http://127.0.0.1:8001 +27761234567 12345
`;

/** The port of the API of a simulator that runs alone, beside a platform with its own. */
const DEFAULT_HTTP_PORT = '8001';

/** `vumi smsc`; what it shares with the platform is told as there. */
export function createSmscCommand(): Command {
  const command = createCommand(
    'vumi smsc [run]',
    'Runs the SMSC simulator alone: an SMPP server that platforms bind to, with phones behind it.',
  ).option(
    '--script <file>',
    'what it does: delays, errors, receipts, faults (YAML or JSON; transports/smpp/simulator/README.md)',
  );
  addSetting(command, settingAt('simulators.smsc.port'), '--port <port>');
  return command
    .addOption(new Option('--smsc-port <port>', 'the same').hideHelp())
    .option('--http-port <port>', `port of its API, /api/v1/simulators/smsc (default ${DEFAULT_HTTP_PORT})`)
    .option('--tls-key <file>', 'speak SMPP over TLS: private key, PEM')
    .option('--tls-cert <file>', 'its certificate, PEM')
    .option('--tls-ca <file>', 'let in only clients with a certificate of this authority')
    .option('--log-level <level>', describeSetting(settingAt('log_level')))
    .addHelpText('after', HELP_END);
}

interface SmscArguments {
  readonly flags: Flags;
  readonly script: ScriptInput;
  readonly tls: SimulatorTls | undefined;
}

interface SmscFlags extends Flags {
  readonly script?: string;
  readonly port?: string;
  readonly smscPort?: string;
  readonly httpPort?: string;
  readonly logLevel?: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly tlsCa?: string;
}

/**
 * Reads the flags of `vumi smsc`, and the files that they name; null when help was asked for, and shown. What is wrong
 * is the error `config.invalid`.
 */
export function parseSmscArguments(args: readonly string[]): SmscArguments | null {
  const given: SmscFlags | null = readFlags(createSmscCommand(), args[0] === 'run' ? args.slice(1) : args);
  if (given === null) return null;
  const { script, smscPort, port = smscPort, httpPort, logLevel } = given;
  return {
    flags: { smscPort: port, httpPort, logLevel },
    script: script === undefined ? {} : readScript(read(script).toString()),
    tls: readTls(given.tlsKey, given.tlsCert, given.tlsCa),
  };
}

function readTls(key?: string, cert?: string, ca?: string): SimulatorTls | undefined {
  if (key === undefined && cert === undefined && ca === undefined) return undefined;
  if (key === undefined || cert === undefined)
    throw new VumiError('config.invalid', 'TLS needs both --tls-key and --tls-cert');
  const own = { key: read(key), cert: read(cert) };
  return ca === undefined ? own : { ...own, ca: read(ca), requestCert: true };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new VumiError('config.invalid', `cannot read ${file}: ${errorText(error)}`, { cause: error });
  }
}

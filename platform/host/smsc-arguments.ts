import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { errorText, VumiError } from '@vumi/core';
import { readScript, type ScriptInput, type SimulatorTls } from '@vumi/transports/smpp/simulator';
import type { Flags } from './config.ts';

export const SMSC_USAGE = `Usage: vumi smsc [run] [options]

Runs the SMSC simulator alone: an SMPP server that platforms bind to, with phones behind it.
"vumi smsc log", "script", "fail", "counters" and "load" work with one that runs; their --help tells.

Options:
  --script FILE       what it does: delays, errors, receipts, faults (YAML or JSON; transports/smpp/simulator/README.md)
  --port PORT         port of its SMPP server (also --smsc-port, VUMI_SMSC_PORT; default 2775)
  --http-port PORT    port of its API (default 8001): /api/v1/simulators/smsc
  --tls-key FILE      speak SMPP over TLS: private key and certificate, PEM
  --tls-cert FILE
  --tls-ca FILE       let in only clients with a certificate of this authority
  --log-level LEVEL   debug, info, warn, error or silent (default warn)

Example:
  vumi smsc run --script slow.yaml --port 2776
  vumi phone --url http://127.0.0.1:8001 +27761234567 12345
`;

const OPTIONS = {
  script: { type: 'string' },
  port: { type: 'string' },
  'smsc-port': { type: 'string' },
  'http-port': { type: 'string' },
  'log-level': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-ca': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface SmscArguments {
  readonly help: boolean;
  readonly flags: Flags;
  readonly script: ScriptInput;
  readonly tls: SimulatorTls | undefined;
}

/** Reads the flags of `vumi smsc`, and the files that they name. What is wrong is the error `config.invalid`. */
export function parseSmscArguments(args: readonly string[]): SmscArguments {
  const given = args[0] === 'run' ? args.slice(1) : [...args];
  const values = parse(given);
  const port = values.port ?? values['smsc-port'];
  return {
    help: values.help === true,
    flags: {
      ...(port === undefined ? {} : { smscPort: port }),
      ...(values['http-port'] === undefined ? {} : { httpPort: values['http-port'] }),
      logLevel: values['log-level'] ?? 'warn',
    },
    script: values.script === undefined ? {} : readScript(read(values.script).toString()),
    tls: readTls(values['tls-key'], values['tls-cert'], values['tls-ca']),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new VumiError('config.invalid', errorText(error), { cause: error });
  }
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

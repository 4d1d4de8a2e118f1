import { parseArgs } from 'node:util';
import { errorText, VumiError } from '@vumi/core';
import type { Flags } from './config.ts';

export const UP_USAGE = `Usage: vumi up [options]

Runs the platform: the embedded parts need nothing else, servers are used where they are named.

Options:
  --config FILE       settings from a YAML file
  --roles LIST        only these roles of transports,dispatch,sandbox,api,smpp (needs the three servers)
  --data-dir DIR      folder for everything that is kept (VUMI_DATA_DIR, default ./.vumi)
  --http-port PORT    port of the API and the hosted pages (VUMI_HTTP_PORT, default 8000)
  --smsc-port PORT    port of the SMSC simulator (VUMI_SMSC_PORT, default 2775)
  --smpp-port PORT    let SMPP clients of accounts bind at this port (VUMI_SMPP_PORT, default: they cannot)
  --log-level LEVEL   debug, info, warn, error or silent (VUMI_LOG_LEVEL, default warn)
  --demo, --no-demo   deploy the sample apps on a platform without accounts (default: without --config)

Example:
  VUMI_BROKER_URL=amqp://guest:guest@127.0.0.1:5672 vumi up --config vumi.yaml
`;

const OPTIONS = {
  config: { type: 'string' },
  roles: { type: 'string' },
  'data-dir': { type: 'string' },
  'http-port': { type: 'string' },
  'smsc-port': { type: 'string' },
  'smpp-port': { type: 'string' },
  'log-level': { type: 'string' },
  demo: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface Arguments {
  readonly help: boolean;
  readonly flags: Flags;
}

/** Reads the flags of `vumi up`; an unknown one is the error `config.invalid`. */
export function parseArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, allowNegative: true });
    return {
      help: values.help === true,
      flags: {
        ...(values.config === undefined ? {} : { config: values.config }),
        ...(values.roles === undefined ? {} : { roles: values.roles }),
        ...(values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] }),
        ...(values['http-port'] === undefined ? {} : { httpPort: values['http-port'] }),
        ...(values['smsc-port'] === undefined ? {} : { smscPort: values['smsc-port'] }),
        ...(values['smpp-port'] === undefined ? {} : { smppPort: values['smpp-port'] }),
        ...(values['log-level'] === undefined ? {} : { logLevel: values['log-level'] }),
        ...(values.demo === undefined ? {} : { demo: values.demo }),
      },
    };
  } catch (error) {
    throw new VumiError('config.invalid', errorText(error), { cause: error });
  }
}

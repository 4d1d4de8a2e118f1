import { parseInput, suggestion, VumiError } from '@vumi/core';
import { transportTypes } from '@vumi/transports';
import { z } from 'zod';
import type { Config } from './config-schema.ts';

/** Throws `config.invalid` with the option that is wrong, so that a bad one is told at the start and not by a transport that never comes up. */
export function checkTransports(transports: Config['transports']): void {
  const types = new Map(Object.entries(transportTypes));
  for (const [name, { type, ...options }] of Object.entries(transports)) {
    const known = types.get(type);
    if (known === undefined) {
      const field = `transports.${name}.type`;
      const text = `"${field}": there is no transport type "${type}"${suggestion(type, [...types.keys()])}`;
      throw new VumiError('config.invalid', text, { field });
    }
    const schema = z.strictObject({ transports: z.strictObject({ [name]: known.configSchema }) });
    parseInput(schema, { transports: { [name]: options } }, 'config.invalid');
  }
}

import { z } from 'zod';

const port = (of: string, usual: number | null) =>
  z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      `A port of its own for clients of ${of}${usual === null ? '' : `, whose usual one is ${usual}`}. Absent: none.`,
    );

/** The section `interfaces:` of the platform's configuration. */
export const interfaceOptionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address of these ports.'),
  kannel_port: port('Kannel', 13_013),
  jasmin_port: port('Jasmin', 1401),
  junebug_port: port('Junebug', 8080),
  vumi_go_port: port('Vumi Go', null),
  capcom6_port: port('SMS Gateway for Android (capcom6)', 8080),
});

export type InterfaceOptions = z.infer<typeof interfaceOptionsSchema>;

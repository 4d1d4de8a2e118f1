import { VumiError } from '@vumi/core';
import { NATIONAL_LANGUAGES, previewText, TEXT_ALPHABETS, type TextOptions } from '@vumi/core/text';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { defineRoute, ok, type Route } from '../route.ts';

/** As long as 255 segments of GSM 03.38 can be. */
const LONGEST = 40_000;

const segmentsBody = jsonBody(
  z.strictObject({
    content: z.string().max(LONGEST).describe('The text'),
    transport: z.string().optional().describe('Count as this transport sends; the other options are its own'),
    alphabet: z.enum(TEXT_ALPHABETS).optional().describe("The SMSC's default alphabet. Default: gsm0338"),
    languages: z
      .array(z.enum(NATIONAL_LANGUAGES))
      .optional()
      .describe('Languages whose national tables may be used. Default: none'),
  }),
);

const previewSchema = z.strictObject({
  encoding: z.enum(TEXT_ALPHABETS),
  languages: z.array(z.enum(NATIONAL_LANGUAGES)),
  segments: z.array(z.strictObject({ text: z.string(), units: z.int() })),
  units: z.int(),
  room: z.int().describe('Units that one segment holds'),
  left: z.int().describe('Units that can be added to the last segment'),
  foreign: z
    .array(
      z.strictObject({ character: z.string(), index: z.int(), count: z.int(), swap: z.string().nullable() }),
    )
    .describe('Characters that the default alphabet lacks, and plainer text for them'),
  cheaper: z.strictObject({ text: z.string(), segments: z.int() }).nullable(),
});

/** What a text costs before it is sent, by the code that sends it. */
export function segmentRoutes(ports: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/segments',
      id: 'previewSegments',
      audited: { unrecorded: 'it changes nothing' },
      summary: 'How a text is encoded and cut as SMS, and which characters make it dearer',
      access: accountScope('transports:read'),
      body: segmentsBody,
      answers: { 200: { description: 'The preview', schema: previewSchema } },
      handle: async ({ body: { content, transport, alphabet, languages } }) => {
        const given = {
          ...(alphabet === undefined ? {} : { alphabet }),
          ...(languages === undefined ? {} : { languages }),
        };
        return ok(previewText(content, transport === undefined ? given : await optionsOf(ports, transport)));
      },
    }),
  ];
}

async function optionsOf({ store, transportTypes }: ApiPorts, name: string): Promise<TextOptions> {
  const { type, config } = await store.transports.get(name);
  const options = transportTypes[type]?.textOptions?.(config);
  if (options !== undefined) return options;
  throw new VumiError('request.invalid', `transport "${name}" of type "${type}" sends no SMS`, {
    field: 'transport',
  });
}

import { z } from 'zod';
import { LIBRARY_SETS } from '@vumi/classic-libraries';
import { endpointSchema, errorText, VumiError } from '@vumi/core';
import { isHostPattern } from '../http/allowed-hosts.ts';
import { limitsSchema } from '../limits.ts';

const SCOPE = /^state:read:[A-Za-z0-9._:-]{1,128}\*?$/;
const PAGE_PATH = /^([A-Za-z0-9_-][A-Za-z0-9._/-]*)?\*?$/;
const LANGUAGE = /^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$/;

const scopesSchema = z
  .array(z.string().regex(SCOPE, 'the scopes are "state:read:<key>" and "state:read:<start>*"'))
  .max(50)
  .default([]);

/** `vumi.json`: what an app says about itself. */
export const manifestSchema = z.strictObject({
  $schema: z.string().max(500).optional().describe('For editors: what can be written here'),
  name: z.string().min(1).max(100).optional().describe('What people call the app'),
  description: z.string().max(1000).optional(),
  languages: z
    .array(z.string().regex(LANGUAGE, 'use language codes such as "en" or "zul"'))
    .max(100)
    .optional()
    .describe('Languages that the app speaks'),
  apology: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('What a user reads when the app fails; it ends his session'),
  keywords: z
    .array(z.string().regex(/^\S{1,30}$/, 'a keyword is one word of at most 30 characters'))
    .max(20)
    .optional()
    .describe('Keywords that the app would like to be reached by; the account decides'),
  endpoints: z
    .array(endpointSchema)
    .max(20)
    .optional()
    .describe(
      'Endpoints that the app sends by, beside "default"; a deploy warns of those that have no route',
    ),
  frontend: z
    .strictObject({
      scopes: scopesSchema.describe(
        "What everybody's web page may read: state:read:<key> of app.state, or state:read:<start>*",
      ),
      private: z
        .union([
          z.boolean(),
          z
            .array(
              z
                .string()
                .min(1)
                .max(200)
                .regex(PAGE_PATH, 'name files such as "index.html" or "assets/staff/*"'),
            )
            .max(50),
        ])
        .optional()
        .describe(
          'What of the page only people see who are signed in: true for all, or files; "assets/staff/*"',
        ),
      members: z
        .strictObject({ scopes: scopesSchema })
        .optional()
        .describe('What the web page of people who are signed in may read beside it'),
    })
    .optional(),
  stop: z
    .union([z.literal(false), z.string().min(1).max(500)])
    .optional()
    .describe(
      'Who writes STOP opts out, and the app answers. A text: the platform answers with it in place of the app. false: the app sees to STOP itself',
    ),
  api: z
    .enum(['sdk', 'classic'])
    .optional()
    .describe(
      'What the app is written for: "sdk", or "classic" for apps of Vumi Go. Absent: seen from the code',
    ),
  libraries: z
    .enum(LIBRARY_SETS)
    .optional()
    .describe('Which libraries a classic app gets: "modern" (vumigo_v02 0.3) or "legacy" (0.2)'),
  kv: z
    .enum(['account', 'app'])
    .optional()
    .describe(
      'Who shares the kv of a classic app: all apps of the account, or the app alone. Default: "account"',
    ),
  http: z
    .strictObject({
      allow: z
        .array(z.string().refine(isHostPattern, 'name hosts such as "api.example.org" or "*.example.org"'))
        .max(100)
        .describe('Hosts that the app calls, also by redirects; "*.example.org" is all hosts under it'),
    })
    .optional()
    .describe('Absent: the app may call every public host'),
  limits: limitsSchema.partial().optional().describe('Lower limits than the platform gives'),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('JSON Schema of the configuration that the app understands'),
});

/** As its author wrote it, and with a version what was decided at its deploy. */
export type Manifest = z.infer<typeof manifestSchema> & {
  /** Why a classic app has its libraries. */
  readonly libraries_reason?: string | undefined;
};

const NAME = 'vumi.json';

/** Reads `vumi.json`; an absent one is empty. Throws `bundle.refused` naming the member. */
export function parseManifest(text: string | null): Manifest {
  if (text === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VumiError('bundle.refused', `${NAME} is not JSON: ${errorText(error)}`, {
      details: { reason: 'manifest-not-json', file: NAME },
    });
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const where = field === '' ? NAME : `${NAME}, ${field}`;
  throw new VumiError('bundle.refused', `${where}: ${issue?.message ?? 'is invalid'}`, {
    ...(field === '' ? {} : { field }),
    details: { reason: 'manifest-invalid', file: NAME },
  });
}

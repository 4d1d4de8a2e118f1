import { z } from 'zod';
import { LIBRARY_SETS } from '@vumi/classic-libraries';
import {
  endpointSchema,
  errorText,
  grantableScopes,
  parseInput,
  VumiError,
  type PageAudience,
} from '@vumi/core';
import { isHostPattern } from '../http/allowed-hosts.ts';
import { limitsSchema } from '../limits.ts';

const STATE_SCOPE = 'state:read:[A-Za-z0-9._:-]{1,128}\\*?';
const PAGE_PATH = /^([A-Za-z0-9_-][A-Za-z0-9._/-]*)?\*?$/;
const LANGUAGE = /^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$/;

/** What is refused is told with the `hint`. */
function scopesSchema(patterns: readonly string[], hint: string) {
  const pattern = new RegExp(`^(?:${patterns.join('|')})$`);
  return z.array(z.string().regex(pattern, hint)).max(50).default([]);
}

function quoted(audience: PageAudience): string {
  return grantableScopes(audience)
    .map((scope) => `"${scope}"`)
    .join(', ');
}
const FOR_ALL = '"state:read:<key>" and "state:read:<start>*"';
const everybodyScopes = scopesSchema(
  [STATE_SCOPE],
  `the scopes of everybody are ${FOR_ALL}; others need somebody who is known: frontend.members.scopes, frontend.links.scopes`,
);
const memberScopes = scopesSchema(
  [STATE_SCOPE, ...grantableScopes('members')],
  `the scopes of members are ${FOR_ALL}, ${quoted('members')}`,
);
const linkScopes = scopesSchema(
  grantableScopes('links'),
  `the scopes behind links are ${quoted('links')}; those of the user's own state are said in app.link(path, { scopes })`,
);

/** `vumi.json`: what an app says about itself. */
export const manifestSchema = z.strictObject({
  $schema: z.string().max(500).optional().describe('For editors: what can be written here'),
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      "The app's name on the platform; what is deployed under it again is its next version. Absent: the name of its folder",
    ),
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
      scopes: everybodyScopes.describe(
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
        .strictObject({ scopes: memberScopes })
        .optional()
        .describe(
          'What the web page of people who are signed in may do beside it; what is not of app.state the account has to grant: vumi app grant',
        ),
      links: z
        .strictObject({ scopes: linkScopes })
        .optional()
        .describe(
          'What links of app.link() may give the page beside the state of their own user; the account has to grant it: vumi app grant',
        ),
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
  const what = issue?.code === 'unrecognized_keys' ? unknownField(value) : issue?.message;
  const field = issue?.path.join('.') ?? '';
  const where = field === '' ? NAME : `${NAME}, ${field}`;
  throw new VumiError('bundle.refused', `${where}: ${what ?? 'is invalid'}`, {
    ...(field === '' ? {} : { field }),
    details: { reason: 'manifest-invalid', file: NAME },
  });
}

/** With the member that was meant. */
function unknownField(value: unknown): string | undefined {
  try {
    parseInput(manifestSchema, value);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

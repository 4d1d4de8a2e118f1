import { isSameSecret, readBasic } from '@vumi/http';
import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { json, plain } from '../http/answers.ts';
import { defineHttpChannel, type ChannelRequest, type ChannelRoute, type Reading } from '../http/channel.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { numberOptions } from '../numbers/number-options.ts';

const MODULES = ['vumi.transports.api', 'vumi.transports.api.oldapi'];

const identityOptions = {
  identities: z
    .record(z.string(), secretSchema)
    .default({})
    .describe(
      'Names and passwords of callers, one of which they must give by Basic authentication. Default: none',
    ),
} as const;

/** The options in the groups in which the reference lists them. Nothing waits: those of replies have no effect. */
export const OLD_HTTP_GROUPS = {
  Requests: identityOptions,
  Callers: callerOptions,
  Numbers: numberOptions,
  'Without effect': ignoredHttpOptions,
} as const;

function configFor(transportType: string) {
  return z
    .strictObject({
      ...identityOptions,
      ...callerOptions,
      ...heldOptions(1),
      ...messageOptions(transportType),
      provider: z.string().min(1).default('vumi').describe('Put on each message. Default: `vumi`'),
      ...numberOptions,
      ...ignoredHttpOptions,
    })
    .superRefine(checkCallers);
}

type OldHttpConfig = z.infer<ReturnType<typeof configFor>>;

interface OldRequest {
  readonly to: readonly string[];
  readonly from: string;
  /** One for each receiver, in their order. */
  readonly contents: readonly string[];
}

/** Several receivers in one request; each gets a message (spec vumi-core §5.2, Old APIs). */
export const oldSimpleHttpTransport = defineOld('old_simple_http', {
  className: 'OldSimpleHttpTransport',
  summary: "Vumi's oldest HTTP API: message, to_msisdn (several), from_msisdn; replies go nowhere",
  required: ['message', 'to_msisdn', 'from_msisdn'],
  contentsOf: (values, receivers) => {
    const [message = ''] = values('message');
    return receivers.map(() => message);
  },
});

/** The same with a text whose `{{ name }}` stand for the receiver's `template_name`. */
export const oldTemplateHttpTransport = defineOld('old_template_http', {
  className: 'OldTemplateHttpTransport',
  summary: "Vumi's oldest HTTP API with a template for each receiver; replies go nowhere",
  required: ['template', 'to_msisdn', 'from_msisdn'],
  contentsOf: (values, receivers) => {
    const [template = ''] = values('template');
    return receivers.map((_to, index) =>
      template.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_whole, name: string) => {
        const given = values(`template_${name}`);
        return given[index] ?? given[0] ?? '';
      }),
    );
  },
});

interface OldDialect {
  readonly className: string;
  readonly summary: string;
  readonly required: readonly string[];
  contentsOf(values: (field: string) => readonly string[], receivers: readonly string[]): readonly string[];
}

function defineOld(type: string, dialect: OldDialect) {
  const route: ChannelRoute<OldHttpConfig> = {
    path: '',
    purpose: `send messages: ${dialect.required.join(', ')} as query or form`,
    methods: ['GET', 'POST', 'PUT'],
    read: (request, config) => read(request, config, dialect),
    answer: (published) => json(200, published.map(shown)),
  };
  return defineHttpChannel({
    type,
    aliases: withModules(MODULES, { [dialect.className]: {} }),
    summary: dialect.summary,
    configSchema: configFor(type),
    transportType: type,
    fillIn: (options, before) =>
      'identities' in options ? { ...options } : fillInSecretPath(options, before),
    routes: [route],
    // As Vumi did: who uses these APIs expects an ack for everything.
    discardsReplies: true,
  });
}

function shown({ content, to_addr, from_addr, message_id }: UserMessage) {
  return { message: content, to_msisdn: to_addr, from_msisdn: from_addr, id: message_id };
}

function read(request: ChannelRequest, config: OldHttpConfig, dialect: OldDialect): readonly Reading[] {
  const user = identify(request, config);
  if (user === undefined) {
    const refusal = plain(401, 'Not Authorized');
    const headers = { ...refusal.headers, 'www-authenticate': 'Basic realm="Vumi"' };
    return [{ kind: 'refused', answer: { ...refusal, headers } }];
  }
  const asked = readRequest(request, dialect);
  if ('refusal' in asked) return [{ kind: 'refused', answer: asked.refusal }];
  return asked.to.map((to, index) => ({
    kind: 'message',
    fields: {
      to_addr: to,
      from_addr: asked.from,
      content: asked.contents[index] ?? '',
      transport_metadata: { http_user: user },
    },
  }));
}

/** The caller's name; null where nobody needs one, undefined when he is not known. */
function identify({ headers }: ChannelRequest, { identities }: OldHttpConfig): string | null | undefined {
  const known = Object.entries(identities);
  if (known.length === 0) return null;
  const given = readBasic(headers.authorization);
  if (given === null) return undefined;
  return known.find(
    ([name, password]) =>
      isSameSecret(given.username, name) && isSameSecret(given.password, password.reveal()),
  )?.[0];
}

function readRequest(
  { fields }: ChannelRequest,
  dialect: OldDialect,
): OldRequest | { refusal: ReturnType<typeof json> } {
  const values = (field: string): readonly string[] => (fields?.get(field) ?? []).map(String);
  const missing = dialect.required.filter((field) => values(field).length === 0);
  const [from = ''] = values('from_msisdn');
  const to = values('to_msisdn');
  if (fields === null || missing.length > 0) return { refusal: json(400, { missing_parameter: missing }) };
  return { to, from, contents: dialect.contentsOf(values, to) };
}

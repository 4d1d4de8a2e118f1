import { z } from 'zod';
import type { HttpAnswer } from '@vumi/http';
import { lifting, type Lift } from '../../lifted-options.ts';
import type { TransportAliases, TransportType } from '../../transport-type.ts';
import { json, plain } from '../answers.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../channel.ts';
import { characterOptions } from '../character-options.ts';
import { numberOptions } from '../../numbers/number-options.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
  validationMode,
  type Validating,
} from '../options.ts';
import type { ChannelSending } from '../channel-sending.ts';
import { readFields } from '../request-fields.ts';
import type { UssdDialect, UssdStep } from './dialect.ts';
import { ussdOptions, type INITIAL_CONTENTS } from './options.ts';

/** Networks end a session themselves after 10 to 30 seconds without an answer. */
const REQUEST_TIMEOUT = 20;

/** The options in the groups in which the reference lists them; those of a dialect come before. */
export function ussdGroups(transportType: string, initial: (typeof INITIAL_CONTENTS)[number] = 'null') {
  return {
    Requests: validationMode('permissive'),
    Sessions: ussdOptions(initial),
    Callers: callerOptions,
    Replies: heldOptions(REQUEST_TIMEOUT),
    Messages: { ...messageOptions(transportType), ...characterOptions },
    Numbers: numberOptions,
    'Without effect': ignoredHttpOptions,
  } as const;
}

function ussdShape(initial: (typeof INITIAL_CONTENTS)[number] | undefined) {
  const groups = ussdGroups('ussd', initial);
  return {
    ...groups.Requests,
    ...groups.Sessions,
    ...groups.Callers,
    ...groups.Replies,
    ...groups.Messages,
    ...groups.Numbers,
    ...groups['Without effect'],
  };
}

const ussdChannelSchema = z.strictObject(ussdShape(undefined));
type UssdChannelConfig = z.infer<typeof ussdChannelSchema>;
type Own = Readonly<Record<string, z.ZodType>>;
type ConfigOf<S extends Own> = UssdChannelConfig & z.infer<z.ZodObject<S>>;

/** Fields of a request, the first of a name; numbers and truth values as texts. */
type Given<R extends string, O extends string> = Readonly<Record<R, string>> &
  Readonly<Record<O, string | undefined>>;

interface Wrong {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

export interface UssdDefinition<R extends string, O extends string, S extends Own> extends Omit<
  UssdDialect<ConfigOf<S>>,
  'options'
> {
  readonly type: string;
  readonly aliases?: TransportAliases;
  readonly summary: string;
  readonly methods: readonly string[];
  /** Requests have paths of their own below the place of the channel. */
  readonly below?: boolean;
  /** Fields that a request must have, and others that it may. */
  readonly required: readonly R[];
  readonly optional?: readonly O[];
  /** How they stand in a request; null: it has none that can be read. Absent: query, form and JSON. */
  fieldsOf?(request: ChannelRequest, config: ConfigOf<S>): ReadonlyMap<string, readonly unknown[]> | null;
  read(
    given: Given<R, O>,
    request: ChannelRequest,
    config: ConfigOf<S>,
  ): Omit<UssdStep, 'kind'> | Exclude<Reading, UssdStep>;
  /** What is answered where fields are missing or too many. Absent: 400, with their names as Vumi gave them. */
  readonly refuse?: (wrong: Wrong, request: ChannelRequest) => HttpAnswer;
  /** Of the first message of a session. Absent: `null`. */
  readonly initialContent?: (typeof INITIAL_CONTENTS)[number];
  /** Put on messages where neither request nor options name one. */
  readonly provider?: string;
  /** How sessions are opened that the network did not begin; absent: they cannot be. */
  readonly sending?: ChannelSending<ConfigOf<S>>;
  /** Options of this dialect alone. */
  readonly own?: S;
  /** What Vumi's configurations say by other names. */
  readonly lift?: Lift;
}

/** A transport of USSD over HTTP: a table of names (spec channels §B). */
export function defineUssd<R extends string, O extends string = never, S extends Own = Own>(
  definition: UssdDefinition<R, O, S>,
): TransportType {
  const { type, aliases = {}, summary, methods, below = false, initialContent, own = {}, lift } = definition;
  const options = z.strictObject({ ...ussdShape(initialContent), ...own }).superRefine(checkCallers);
  const schema = lift === undefined ? options : z.preprocess(lifting(lift), options);
  // The compiler cannot see through a shape that is not known yet.
  const configSchema = schema as unknown as z.ZodType<ConfigOf<S>>;
  return defineHttpChannel({
    type,
    aliases,
    summary,
    configSchema,
    transportType: 'ussd',
    fillIn: fillInSecretPath,
    isFoundByUrl: true,
    routes: [
      {
        path: '',
        purpose: 'the URL that answers the steps of sessions',
        methods,
        below,
        read: (request, config) => [readStep(definition, request, config)],
        answer: () => plain(200, ''),
      },
    ],
    ussd: { ...definition, options: (config) => config },
    ...(definition.sending === undefined ? {} : { sending: definition.sending }),
  });
}

function readStep<R extends string, O extends string, S extends Own>(
  definition: UssdDefinition<R, O, S>,
  request: ChannelRequest,
  config: ConfigOf<S>,
): Reading {
  const { refuse = refuseAsVumi, provider } = definition;
  const fields = definition.fieldsOf === undefined ? request.fields : definition.fieldsOf(request, config);
  const given = new Map([...(fields ?? [])].flatMap(([name, [first]]) => textOf(name, first)));
  const wrong = wrongIn(given, definition, config);
  if (wrong.missing.length + wrong.unexpected.length > 0 || fields === null)
    return { kind: 'refused', answer: refuse(wrong, request) };
  const step = definition.read(Object.fromEntries(given) as Given<R, O>, request, config);
  if ('kind' in step) return step;
  const { session, from } = step;
  return {
    ...(provider === undefined || config.provider !== undefined ? {} : { provider }),
    ...step,
    kind: 'step',
    // A name that is empty is none.
    session: session === '' ? undefined : session,
    from: from === '' ? undefined : from,
  };
}

function wrongIn(
  given: ReadonlyMap<string, string>,
  { required, optional = [] }: { required: readonly string[]; optional?: readonly string[] },
  { validation_mode }: Validating,
): Wrong {
  const known = new Set([...required, ...optional]);
  return {
    missing: required.filter((name) => !given.has(name)),
    unexpected: validation_mode === 'strict' ? [...given.keys()].filter((name) => !known.has(name)) : [],
  };
}

function textOf(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]];
  return typeof value === 'number' || typeof value === 'boolean' ? [[name, String(value)]] : [];
}

function refuseAsVumi({ missing, unexpected }: Wrong): HttpAnswer {
  return json(400, {
    ...(unexpected.length === 0 ? {} : { unexpected_parameter: unexpected }),
    ...(missing.length === 0 ? {} : { missing_parameter: missing }),
  });
}

/** For networks that send JSON whatever they call it. */
export function jsonFields(request: ChannelRequest): ReturnType<typeof readFields> {
  return readFields({ ...request, headers: { 'content-type': 'application/json' } });
}

import {
  MUST_FIT,
  NOTE_TALK,
  OPEN_TALKS,
  OWN_KEYWORD,
  type OpenTalks,
  type TalkNote,
} from '@vumi/core/talks';
import { LONGEST_VALIDITY } from '../longest-validity.ts';
import type {
  EventApp,
  Json,
  LinkOptions,
  Message,
  PlainApp,
  ReplyOptions,
  Secrets,
  SendOptions,
  UserApp,
  Waits,
} from '@vumi/sdk';
import type { GuestSend } from '../effects.ts';
import { freeze, isArray, push, text, TrustedError } from './primordials.ts';
import { richMetadata } from './rich-options.ts';
import { TurnState } from './state-scope.ts';
import { TurnContacts } from './turn-contacts.ts';
import { TurnGroups } from './turn-groups.ts';
import { TurnHttp } from './turn-http.ts';
import { createLog } from './turn-log.ts';
import { TurnIdentity } from './turn-identity.ts';
import { TurnLinks } from './turn-links.ts';
import { TurnMessages } from './turn-messages.ts';
import { TurnMetrics } from './turn-metrics.ts';
import { TurnOptouts } from './turn-optouts.ts';
import { TurnSchedule } from './turn-schedule.ts';
import type { Turn } from './turn.ts';

type Config = Readonly<Record<string, Json>>;

function checkText(value: unknown): string {
  if (value === null || value === undefined) throw new TrustedError('the text of a message is missing');
  return text(value);
}

function withOptions(send: GuestSend, options: ReplyOptions & SendOptions): GuestSend {
  const { helper_metadata, validity, waits } = options;
  const asking = waits === undefined ? send : { ...send, waits: waits === null ? null : waitsOf(waits) };
  const timed = validity === undefined ? asking : { ...asking, validity: seconds(validity) };
  const rich = richMetadata(options);
  if (rich === undefined && helper_metadata === undefined) return timed;
  const given = helper_metadata === undefined ? {} : metadataOf(helper_metadata);
  return { ...timed, metadata: rich === undefined ? given : { ...given, send: rich } };
}

/** As the platform's own (effects.ts), which no guest can import. */
const MOST_TAKES = 200;
const LONGEST_TAKEN = 64;

function waitsOf({ takes, seconds: wait, secret }: Waits): NonNullable<GuestSend['waits']> {
  if (!isArray(takes) || takes.length > MOST_TAKES || typeof wait !== 'number' || !(wait > 0))
    throw new TrustedError(`waits is { takes, seconds }: ${MOST_TAKES} words at most, and a time`);
  const words: string[] = [];
  for (let index = 0; index < takes.length; index += 1) {
    const word = text(takes[index]);
    if (word.length > LONGEST_TAKEN)
      throw new TrustedError(`what a question takes has ${LONGEST_TAKEN} characters a word at most`);
    push(words, word);
  }
  return secret === true ? { takes: words, seconds: wait, secret } : { takes: words, seconds: wait };
}

function metadataOf(metadata: unknown): Record<string, unknown> {
  if (typeof metadata !== 'object' || metadata === null || isArray(metadata)) {
    throw new TrustedError('helper_metadata is an object');
  }
  return metadata as Record<string, unknown>;
}

function seconds(validity: unknown): number {
  if (typeof validity === 'number' && validity >= 1 && validity <= LONGEST_VALIDITY) return validity;
  throw new TrustedError(`validity is a number of seconds, from 1 to ${LONGEST_VALIDITY}`);
}

/** Whether there is something to be sent without a text. */
function saysMore({ helper_metadata, attachments, template }: SendOptions): boolean {
  return helper_metadata !== undefined || attachments !== undefined || template !== undefined;
}

/** The message with its verbs, as `onMessage` gets it. */
export function createMessage(turn: Turn, body: Record<string, unknown>): Message {
  const answer =
    (kind: 'reply' | 'group') =>
    (value: string, options: ReplyOptions = {}): Promise<string> => {
      const send: GuestSend = { kind, text: checkText(value), end: options.end === true };
      return turn.send(withOptions(send, options));
    };
  body['reply'] = answer('reply');
  body['replyGroup'] = answer('group');
  const { received } = body['helper_metadata'] as Record<string, unknown>;
  body['received'] = typeof received === 'object' && received !== null ? received : {};
  return body as unknown as Message;
}

function createSecrets(turn: Turn): Secrets {
  return freeze({
    get: (name: string) => turn.call({ call: 'secret', name: text(name) }) as Promise<string | null>,
  });
}

function createSend(turn: Turn): EventApp['send'] {
  return (to: string, value: string, options: SendOptions = {}) => {
    if (typeof to !== 'string' || to === '') throw new TrustedError('send needs the address to send to');
    if (value === '' && !saysMore(options)) throw new TrustedError('send needs a text');
    turn.checkAddress(to);
    const send: GuestSend = { kind: 'send', to, text: checkText(value) };
    const given: unknown = options.endpoint;
    const endpoint = given === undefined ? 'default' : text(given);
    turn.checkEndpoint(endpoint);
    const withEndpoint = given === undefined ? send : { ...send, endpoint };
    return turn.send(withOptions(withEndpoint, options));
  };
}

/** What `onEvent` gets. */
export function createEventApp(turn: Turn, config: Config): EventApp {
  return {
    state: new TurnState(turn, 'shared'),
    log: createLog(turn),
    http: new TurnHttp(turn),
    config,
    secrets: createSecrets(turn),
    now: turn.now,
    contacts: new TurnContacts(turn),
    groups: new TurnGroups(turn),
    identity: new TurnIdentity(turn),
    optouts: new TurnOptouts(turn),
    metrics: new TurnMetrics(turn),
    messages: new TurnMessages(turn),
    schedule: new TurnSchedule(turn),
    send: createSend(turn),
    [NOTE_TALK]: (note: TalkNote) => turn.note(note),
    [OPEN_TALKS]: (user: string, endpoint?: string) => {
      const asked = { call: 'talks', user: text(user) } as const;
      return turn.call(
        endpoint === undefined ? asked : { ...asked, endpoint: text(endpoint) },
      ) as Promise<OpenTalks>;
    },
  } as EventApp;
}

/** What `onOptOut` and `onOptIn` get. */
export function createUserApp(turn: Turn, config: Config): UserApp {
  return { ...createEventApp(turn, config), user: new TurnState(turn, 'user') };
}

/** What `onMessage` and `onSchedule` get. */
export function createApp(turn: Turn, config: Config): PlainApp {
  const links = new TurnLinks(turn);
  return {
    ...createUserApp(turn, config),
    links,
    link: (path: string, options: LinkOptions = {}) => links.make(path, options),
    ...(turn.mustFit ? { [MUST_FIT]: true } : {}),
    ...(turn.isOwnKeyword ? { [OWN_KEYWORD]: true } : {}),
  };
}

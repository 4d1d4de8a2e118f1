import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clinicApp } from './clinic-app.ts';

/** A user dials. */
export const DIAL = Symbol('dial');
/** The session ends without the app. */
export const HANG_UP = Symbol('hang up');
/** The network tells of the last message. */
export const ACK = Symbol('ack');

/** A text is what the user says. */
export type Step = string | typeof DIAL | typeof HANG_UP | typeof ACK;

/** What somebody does with an app. */
export interface Conversation {
  readonly app: string;
  readonly transport: 'ussd' | 'sms';
  readonly steps: readonly Step[];
  /** Beside `name`, `endpoints` and `api`; null: the app is not configured at all. */
  readonly config?: Readonly<Record<string, unknown>> | null;
}

type Row = readonly [who: string, conversation: Conversation];

const ENDPOINTS = { sms: { delivery_class: 'sms' } };
const ZULU = {
  '': { domain: 'messages', lang: 'zul', plural_forms: 'nplurals=2; plural=(n != 1);' },
  'Hello {{ who }}': [null, 'Sawubona {{ who }}'],
  friend: [null, 'mngane'],
  Language: [null, 'Ulimi'],
  'Try again': [null, 'Zama futhi'],
  '{{n}} message for {{who}}': [
    '{{n}} messages for {{who}}',
    'Umyalezo ongu-{{n}} ka-{{who}}',
    'Imiyalezo engu-{{n}} ka-{{who}}',
  ],
  'verb\u0004Open': [null, 'Vula'],
  'adjective\u0004Open': [null, 'Vulekile'],
};

/** Text of an app's file. */
export function sourceOf(app: string, libraries: 'modern' | 'legacy'): string {
  if (app === 'clinic') return clinicApp(libraries);
  return readFileSync(join(import.meta.dirname, 'apps', `${app}.js`), 'utf8');
}

/** Configuration as texts. */
export function configOf({ app, config = {} }: Conversation, api: string): Record<string, string> {
  if (config === null) return {};
  const own = {
    name: app,
    endpoints: ENDPOINTS,
    api,
    testing_today: '2016-05-17',
    process_events: true,
    ...config,
  };
  return {
    config: JSON.stringify(own),
    'translation.zul': JSON.stringify(ZULU),
    'translation.en': '{"": {}}',
  };
}

function ussd(app: string, ...steps: Step[]): Conversation {
  return { app, transport: 'ussd', steps };
}

function sms(app: string, ...steps: Step[]): Conversation {
  return { app, transport: 'sms', steps };
}

const TIMEOUTS = { no_timeout_redirects: ['state_start'], timeout_redirects: ['state_month'] };

/** Each way of going wrong is asked for by name. */
const WAYS = [
  'throw, throw text, throw nothing, reject, type error, missing state, not found, server error, no json',
  'nobody listens, no url, bad metric, not a number, no endpoint, no contact, no group, no translation',
  'unknown action, unknown resource, no resource, incr of a text, reply to another, never, forgotten',
  'done with it, late, gone, nothing',
].flatMap((ways) => ways.split(', '));

export const CONVERSATIONS: readonly Row[] = [
  ['registers at the clinic', ussd('clinic', DIAL, '1', 'x', ' Jo ', '9', '2', 'Jo', '1', DIAL)],
  [
    'reads lists and texts at the clinic',
    ussd('clinic', DIAL, '3', '3', '4', '3', '3', '2', DIAL, '4', '1', '2'),
  ],
  [
    'gets lost at the clinic and starts over',
    ussd('clinic', DIAL, '2', '2', 'x', '!reset', '1', HANG_UP, DIAL, 'Jo'),
  ],
  ['finds the broken state of the clinic', ussd('clinic', DIAL, '6', DIAL, '7x')],
  ['is remembered by the clinic', ussd('clinic', DIAL, '7', DIAL, '7', DIAL, '5')],
  ['writes to the clinic by SMS', sms('clinic', 'hello', '1', 'Sipho', '2', 'Sipho M', '1', 'again')],
  [
    'registers by USSD',
    ussd('registration', DIAL, '7', 'Thandi N', '0', 'x', '40', '2', '280', '1', DIAL, DIAL),
  ],
  ['registers after a time out', ussd('registration', DIAL, 'Jo', HANG_UP, DIAL, '1', '12', DIAL, '2', 'Jo')],
  ['registers by SMS', sms('registration', 'hi', 'Jo', '5', '1', 'more')],
  ...WAYS.map((way): Row => [`lets a state go wrong (${way})`, ussd('failures', DIAL, way, DIAL, 'nothing')]),
  ['lets a listener go wrong', ussd('failures', DIAL, 'throw in listener', 'nothing')],
  ['lets a state go wrong by SMS', sms('failures', 'start', 'reject', 'nothing')],
  ['has an app without configuration', { ...ussd('failures', DIAL, 'x'), config: null }],
  ['has an app without a name', { ...ussd('failures', DIAL), config: { name: undefined } }],
  [
    'uses the first toolkit',
    ussd('first-toolkit', DIAL, '1', '1', 'J', 'Jo', DIAL, 'register', HANG_UP, DIAL, ACK),
  ],
  [
    'pages with the first toolkit',
    ussd('first-toolkit', DIAL, '2', '2', '4', '5', '2', DIAL, '3', '2', '2', '1', 'x', '0'),
  ],
  ['fetches with the first toolkit', ussd('first-toolkit', DIAL, '1', '4', DIAL, '9', '!restart')],
  ['fails with the first toolkit', ussd('first-toolkit', DIAL, '1', '5', DIAL, '6', DIAL)],
  ['uses the first toolkit by SMS', sms('first-toolkit', 'hi', '1', 'Towns', '1')],
  ['changes languages', ussd('languages', DIAL, '1', '2', '9', 'ulimi', '3', 'count', '1')],
  ['counts in a language', ussd('languages', DIAL, '1', '2', '2', '1', DIAL, '2', '5', DIAL, '3', DIAL)],
  [
    'has a language by default',
    { ...sms('languages', 'hi', '2', '1', '3'), config: { default_lang: 'zul', user_ttl: null } },
  ],
  ['is counted', ussd('metrics', DIAL, 'x', HANG_UP, DIAL, 'y', DIAL, 'a', 'b', DIAL)],
  [
    'is counted by SMS in a store of its own',
    { ...sms('metrics', 'a', 'b', 'c', 'd'), config: { metric_store: 'own', user_store: 'other' } },
  ],
  [
    'manages people',
    sms(
      'people',
      'help',
      'name Jo Ndlovu',
      'who',
      'join readers',
      'join writers',
      'join readers',
      'groups',
      'WHO',
    ),
  ],
  [
    'finds people',
    sms(
      'people',
      'name Jo',
      'make +27820000001',
      'find +27820000001',
      'find +999',
      'tell +27820000001',
      'tell 0',
    ),
  ],
  ['opts out', sms('people', 'stop', 'count', 'start', 'start', 'count', 'bad')],
  ['manages people by USSD', ussd('people', DIAL, 'name Jo', DIAL, 'who', ACK)],
  ['reads a book', ussd('pages', DIAL, '1', '2', '2', '1', 'x', '0', '2', '3', 'x', '3', '1')],
  ['reads a long text', ussd('pages', DIAL, '3', '1', '1', '2', '3', DIAL, '3', '2')],
  ['hears nothing', ussd('pages', DIAL, '4', 'x', DIAL, '5', DIAL, '6', 'a', 'b', 'go', DIAL)],
  ['reads by SMS', sms('pages', 'x', '2', '4', '1', 'y')],
  ['finds a place', ussd('places', DIAL, '1', 'here', DIAL, '1', 'nowhere', 'many', 'n', 'p', '2', DIAL)],
  ['skips a place', ussd('places', DIAL, '1', 'many', 'n', '9', 's')],
  ['fills in a form', ussd('places', DIAL, '2', DIAL)],
  ['hands in a form', ussd('places', DIAL, '3')],
  ['is listened to', ussd('events', DIAL, '1', DIAL, 'x', '2', HANG_UP, DIAL, ACK, '!reset')],
  ['is listened to by SMS', sms('events', 'a', '1', ACK, 'b')],
  [
    'uses an app without a toolkit',
    ussd('raw', 'echo hi', 'count', 'count 5', 'count x', 'keep it', 'silent', 'twice', 'crypto'),
  ],
  ['fails with an app without a toolkit', ussd('raw', 'never', 'loop', 'unheard of', 'log', 'push', ACK)],
  ['uses an app without a toolkit by SMS', sms('raw', 'echo hi', 'count', 'twice', '')],
  ['uses an app in modern syntax', ussd('modern-syntax', DIAL, 'bad', 'good', DIAL, 'better')],
  [
    'is served by the services',
    {
      ...ussd('services', DIAL, '12', '0821234567', '5', '2', '123', '8001015009087', DIAL),
      config: TIMEOUTS,
    },
  ],
  [
    'is served by the services after a time out',
    { ...ussd('services', DIAL, '0821234567', DIAL, DIAL), config: TIMEOUTS },
  ],
];

import { RUN_NAMES, type UserMessage } from '@vumi/core';
import type { LogEntry, Run } from '@vumi/sandbox';
import { fullness, roomOf, type unpackTalk } from '@vumi/sdk/talks';
import type { CheckName } from './api.ts';
import { received } from './shown.ts';

/** Names that nothing else has, as long as each other: an app sees its own in contacts and groups. */
export const ACCOUNTS = { app: 'tested-app', twin: 'tested-two' } as const;

/** What is wrong, by the check that found it. */
export interface Fault {
  readonly check: CheckName;
  readonly text: string;
}

/** What came of one message, event or schedule. */
export interface Turn {
  readonly runs: readonly Run[];
  readonly sent: readonly UserMessage[];
  /** What went nowhere, to who has opted out. */
  readonly refused: readonly UserMessage[];
  readonly log: readonly LogEntry[];
  /** Records that it changed, as JSON. */
  readonly records: string;
}

export interface Judged {
  /** What the user wrote; null for an event or a schedule. */
  readonly message: UserMessage | null;
  readonly turn: Turn;
  /** The same in a new isolate; null where it was not tried. */
  readonly anew: Turn | null;
  /** What the conversation remembers afterwards. */
  readonly talk: ReturnType<typeof unpackTalk>;
  readonly maxSegments: number;
}

/** Part of its bounds that a conversation may use in a test. */
const FULL = 0.5;
/** How a fault begins that only a variable can bring about. */
export const NEW_ISOLATE = 'in a new isolate';
const fitsUssd = roomOf('ussd', 1);

/** All that a turn is refused for (spec authoring §6.3). */
export function faultsOf(judged: Judged): Fault[] {
  return [...failures(judged), ...texts(judged), ...answers(judged), ...journal(judged), ...isolates(judged)];
}

function failures({ turn }: Judged): Fault[] {
  const failed = turn.runs.filter(({ outcome }) => outcome !== 'ok');
  const left = turn.log.filter(({ fields }) => fields?.['reason'] === 'not_awaited');
  return [
    ...failed.map(({ kind, outcome, error }) => ({
      check: 'failures' as const,
      text: `the handler of ${/^[eo]/.test(kind) ? 'an' : 'a'} ${RUN_NAMES[kind]} failed (${outcome}): ${error ?? ''}`,
    })),
    ...left.map(({ text }) => ({ check: 'awaited' as const, text })),
  ];
}

function texts({ message, turn, maxSegments }: Judged): Fault[] {
  return turn.sent.flatMap((one): Fault[] => {
    const { text, units, encoding, segments } = received(one, 0);
    const shown = JSON.stringify(text);
    const isPage = one.in_reply_to !== null && message?.transport_type === 'ussd';
    if (isPage && !fitsUssd(text))
      return [
        {
          check: 'pages',
          text: `a USSD page has no room for ${units} units (${encoding}): ${shown}. Make it shorter, or ask with app.choose or app.read, which make pages`,
        },
      ];
    if (isPage || segments <= maxSegments) return [];
    return [
      {
        check: 'segments',
        text: `a text takes ${segments} SMS (${units} units, ${encoding}) and maxSegments is ${maxSegments}: ${shown}`,
      },
    ];
  });
}

function answers({ message, turn }: Judged): Fault[] {
  if (message?.transport_type !== 'ussd' || message.session_event === 'close') return [];
  const replies = turn.sent.filter(({ in_reply_to }) => in_reply_to === message.message_id);
  if (replies.length === 1) return [];
  const what = JSON.stringify(message.content);
  const text =
    replies.length === 0
      ? `nothing answers ${what}, and the user of a USSD session waits: reply to each message`
      : `${replies.length} texts answer ${what}, and a USSD session shows one: join them`;
  return [{ check: 'answers', text }];
}

function journal({ talk }: Judged): Fault[] {
  if (talk === null) return [];
  const { share, what } = fullness(talk);
  if (share <= FULL) return [];
  return [
    {
      check: 'journal',
      text: `the conversation remembers ${what}, more than half of what it may: a screen that app.goto leads to begins anew`,
    },
  ];
}

function isolates({ turn, anew }: Judged): Fault[] {
  if (anew === null || isSame(told(turn), told(anew))) return [];
  const [warm, cold] = [turn, anew].map(({ sent, log }) => {
    const said = sent.map(({ content }) => JSON.stringify(content)).join(', then ');
    const errors = log.filter(({ level }) => level === 'error').map(({ text }) => ` (${text})`);
    return (said === '' ? 'nothing' : said) + errors.join('');
  });
  const used = anew.runs.find(({ outcome }) => outcome === 'cpu');
  if (used !== undefined && turn.runs.every(({ outcome }) => outcome !== 'cpu'))
    return [
      {
        check: 'isolates',
        text: `${NEW_ISOLATE} the app uses too much CPU: ${used.error ?? ''}. Do less when the app is loaded, such as importing large packages`,
      },
    ];
  const difference = warm === cold ? 'keeps something else' : `says ${cold}`;
  return [
    {
      check: 'isolates',
      text: `${NEW_ISOLATE} the app ${difference}, where it said ${warm}: it keeps something in a variable. Keep what lasts longer than a message in app.user or app.state`,
    },
  ];
}

function isSame(one: string, other: string): boolean {
  return one === other || plain(one) === plain(other);
}

/** Keys of contacts and groups are made of their account's name, too: only their order counts. */
function plain(text: string): string {
  const ids = new Map<string, number>();
  return text.replaceAll(ACCOUNTS.twin, ACCOUNTS.app).replaceAll(/[0-9a-f]{32}/g, (id) => {
    const number = ids.get(id) ?? ids.size;
    ids.set(id, number);
    return `#${number}`;
  });
}

/** What two runs of one message must have in common. */
function told({ runs, sent, records }: Turn): string {
  const effects = runs.map(({ outcome, record }) => [
    outcome,
    record === null ? null : ((JSON.parse(record) as { effects?: unknown }).effects ?? null),
  ]);
  const texts = sent.map(({ to_addr, content, session_event }) => [to_addr, content, session_event]);
  return JSON.stringify([effects, texts, records]);
}

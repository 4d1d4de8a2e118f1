import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createAck, type AppRef, type TransportEvent, type UserMessage } from '@vumi/core';
import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from './original-commands.ts';
import {
  ACK,
  configOf,
  CONVERSATIONS,
  DIAL,
  HANG_UP,
  sourceOf,
  type Conversation,
  type Step,
} from './original-conversations.ts';
import { UNREACHABLE } from './original-resources.ts';
import type { OriginalOutcome, OriginalTurn } from './original-sandbox.ts';
import { startTestService, type TestService } from './test-service.ts';

/** Half past nine on a Tuesday. */
const NOW = Date.UTC(2016, 4, 17, 9, 30);
const ID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g;
/** Lines in which a toolkit tells all of a user: here they are cut down. */
const USER_DUMP = /^(Loaded|Saving) user\b[^]*$/;
/** What our gateway says of a port at which nobody listens. */
const REFUSED = /http: connect ECONNREFUSED [\d.:]+/g;
const KV = 'kv/tests/key/';
const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'error' };
/** By the outcome of our run; a run that was killed by its parent is one that failed. */
/** The app that is silent on purpose need not be waited for. */
const NEVER_DONE = 'raw';
const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'done',
  threw: 'failed',
  wall: 'silent',
  overload: 'silent',
};

interface Seen {
  readonly outcome: string;
  readonly commands: readonly string[];
  readonly lines: readonly string[];
  readonly sent: readonly string[];
  readonly kv: unknown;
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service[Symbol.asyncDispose]());

/** What our records leave out: the services have seen it, and answered with it. */
const CREDENTIALS = /"Authorization":(\["[^"]*"\]|"\[not recorded\]")/g;

/** JSON whose order and ids say nothing. */
function comparable(value: unknown): string {
  const sorted = (_key: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(value, sorted).replaceAll(ID, 'ID').replaceAll(REFUSED, UNREACHABLE);
}

/** The order of commands that nobody waits for is not stable: a sorted list without their numbers. */
function asSet(commands: readonly Command[]): string[] {
  return commands
    .map(({ cmd_id: _number, reply: _reply, ...command }) =>
      comparable(command).replace(CREDENTIALS, '"Authorization"'),
    )
    .sort();
}

function isLog({ cmd }: Command): boolean {
  return String(cmd).startsWith('log.');
}

function line(level: string, text: unknown): string {
  const shown = typeof text === 'string' ? text : JSON.stringify(text);
  return `${LEVELS[level] ?? level} ${comparable(shown.replace(USER_DUMP, '$1 user'))}`;
}

function seenInOriginal({ outcome, commands, sent, kv }: OriginalOutcome): Seen {
  return {
    outcome: outcome === 'threw' || outcome === 'killed' ? 'failed' : outcome,
    commands: asSet(commands.filter((command) => command['cmd'] !== 'config.get' && !isLog(command))),
    lines: commands
      .filter((command) => isLog(command) && command['msg'] !== undefined)
      .map(({ cmd, msg }) => line(String(cmd).slice('log.'.length), msg))
      .sort(),
    sent: sent.map(({ content, to_addr, end, endpoint = 'default' }) =>
      comparable({ content, to_addr, end, endpoint }),
    ),
    kv: JSON.parse(comparable(kv)),
  };
}

function shownSend({ content, to_addr, session_event, routing_metadata }: UserMessage): string {
  const endpoint = routing_metadata['endpoint_name'] ?? 'default';
  return comparable({ content, to_addr, end: session_event === 'close', endpoint });
}

function seenHere(place: SandboxPlace, id: string, sent: readonly UserMessage[]): Seen {
  const run = place.runs.find(({ message_id }) => message_id === id);
  const { calls } = JSON.parse(run?.record ?? '{"calls":[]}') as { calls: [number, { command?: Command }][] };
  const outcome = OUTCOMES[run?.outcome ?? ''] ?? String(run?.outcome);
  const kept = [...place.state.values].filter(([key]) => key.startsWith(KV));
  return {
    outcome,
    commands: asSet(calls.flatMap(([, { command }]) => (command === undefined ? [] : [command]))),
    lines: place.log
      .filter(({ message_id, fields }) => message_id === id && fields?.['reason'] === undefined)
      .map(({ level, text }) => line(level, text))
      .sort(),
    sent: outcome === 'done' ? sent.map(shownSend) : [],
    kv: JSON.parse(
      comparable(
        Object.fromEntries(kept.map(([key, json]) => [key.slice(KV.length), JSON.parse(json) as unknown])),
      ),
    ),
  };
}

function messageOf(
  place: SandboxPlace,
  step: Exclude<Step, typeof ACK>,
  { who, transport }: { who: string; transport: 'ussd' | 'sms' },
): UserMessage {
  const spoken = {
    content: typeof step === 'string' ? step : null,
    from_addr: who,
    transport_type: transport,
  };
  const event = step === DIAL ? 'new' : step === HANG_UP ? 'close' : 'resume';
  return place.message({ ...spoken, session_event: transport === 'ussd' ? event : null });
}

function isEvent(given: UserMessage | TransportEvent): given is TransportEvent {
  return 'event_id' in given;
}

/** How far a run came that fails depends on what nobody waits for. */
function answered(seen: Seen): Partial<Seen> {
  if (seen.outcome === 'done') return seen;
  const { outcome, sent, kv } = seen;
  return { outcome, sent, kv };
}

function recordsOf({ records }: SandboxPlace): Map<string, unknown>[] {
  return [records.contacts, records.groupsByKey, records.optouts];
}

describe.each(['modern', 'legacy'] as const)('with the %s libraries', (libraries) => {
  let place: SandboxPlace;
  let original: ChildProcess;

  beforeAll(async () => {
    original = fork(join(import.meta.dirname, 'original-sandbox.ts'), [libraries], { execArgv: [] });
    const limits = { wall_ms: 5000, entry_cpu_ms: 1000, state_keys: 100_000 };
    place = await SandboxPlace.start({ limits }, undefined, { clock: () => NOW });
  });
  afterAll(async () => {
    original.kill();
    await place[Symbol.asyncDispose]();
  });

  async function inOriginal(turn: Omit<OriginalTurn, 'now'>): Promise<OriginalOutcome> {
    const answered = once(original, 'message');
    original.send({ ...turn, now: NOW });
    const [outcome] = (await answered) as [OriginalOutcome];
    return outcome;
  }

  /** What a message or an event brings about, in the original and here. */
  async function both(
    ref: AppRef,
    given: UserMessage | TransportEvent,
    from: Pick<OriginalTurn, 'source' | 'config' | 'isFirst'>,
  ): Promise<[OriginalOutcome, Seen]> {
    const { vumi: _own, ...metadata } = given.helper_metadata;
    const delivery_class = 'transport_type' in given ? { delivery_class: given.transport_type } : {};
    const body = { ...given, helper_metadata: { ...delivery_class, ...metadata } };
    const before = place.sent.length;
    if (isEvent(given)) {
      const expected = await inOriginal({ ...from, kind: 'event', body });
      await place.sandbox.handleEvent(ref, given, FIRST_TRY);
      return [expected, seenHere(place, given.event_id, place.sent.slice(before))];
    }
    const expected = await inOriginal({ ...from, kind: 'message', body });
    await place.ask(ref, given);
    return [expected, seenHere(place, given.message_id, place.sent.slice(before))];
  }

  test.each(CONVERSATIONS)(
    'who %s brings about the same as in the original',
    async (who, conversation: Conversation) => {
      const config = configOf(conversation, service.url);
      const source = sourceOf(conversation.app, libraries);
      for (const kept of [place.state.values, ...recordsOf(place)]) kept.clear();
      const ref = await place.installClassic(conversation.app, source, {
        manifest: { libraries, ...(conversation.app === NEVER_DONE ? { limits: { wall_ms: 3000 } } : {}) },
        settings: { config, secrets: {} },
      });
      for (const [index, step] of conversation.steps.entries()) {
        const given =
          step === ACK
            ? createAck({ user_message_id: 'before', transport_name: 'smpp' }, 'abc')
            : messageOf(place, step, { who, transport: conversation.transport });
        const [expected, seen] = await both(ref, given, { source, config, isFirst: index === 0 });
        expect(answered(seen), `step ${index + 1}, ${String(step)}: ${expected.error}`).toEqual(
          answered(seenInOriginal(expected)),
        );
      }
    },
  );
});

import {
  createUserMessage,
  interfaceSettingsSchema,
  send,
  VumiError,
  type InterfaceSettings,
  type UserMessage,
} from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { MessageRow, ServedInterface } from '@vumi/store';
import type { z } from 'zod';
import type { Dialect, Door, Keeping, Metric, Operator, Submission } from './dialect.ts';

export const USER = '+27761234567';
export const NAME = 'crm';
export const TOKEN = 'vumi_token';
export const OPERATOR_TOKEN = 'vumi_operator';

const SENT: MessageRow = {
  message_id: 'm1',
  direction: 'outbound',
  account: 'shop',
  app: null,
  transport_name: 'mno',
  from_addr: '8000',
  to_addr: USER,
  content: 'hi',
  session_event: null,
  group: null,
  in_reply_to: null,
  timestamp: '2026-11-29T08:00:00.000Z',
  status: 'delivered',
  reason: null,
  events: [
    { event_id: 'e1', event_type: 'ack', status: 'ack', timestamp: '2026-11-29T08:00:01.000Z' },
    {
      event_id: 'e2',
      event_type: 'delivery_report',
      status: 'delivered',
      timestamp: '2026-11-29T08:00:02.000Z',
      delivery_status: 'delivered',
    },
  ],
};

/** An interface of account `shop`. */
export function interfaceOf(settings: z.input<typeof interfaceSettingsSchema>): ServedInterface {
  const parsed: InterfaceSettings = interfaceSettingsSchema.parse(settings);
  return { account: 'shop', name: NAME, created_at: '', private_services: [], ...parsed };
}

export interface DialectPlace {
  readonly sent: Submission[];
  readonly fired: Metric[];
  readonly keeping: Keeping;
  /** What a client is answered. The URL is the path with its query. */
  ask(
    url: string,
    request?: Partial<Pick<HttpRequest, 'method' | 'headers'>> & { body?: string },
  ): Promise<{
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  }>;
}

/**
 * A dialect in front of a platform that takes everything but from 9999 and to 000, and has no credit for 402. What is for
 * …503 leaves by a transport that is away. `operatorOf`: who has `OPERATOR_TOKEN`, by the account that he names.
 */
export function openDialect(
  dialect: Dialect,
  own: ServedInterface,
  originals: readonly UserMessage[] = [],
  operatorOf: (account: string | null) => Operator | null = () => null,
): DialectPlace {
  const sent: Submission[] = [];
  const fired: Metric[] = [];
  const keeping = keepInMemory();
  const door: Door = {
    enter: async (name, token) => ((name ?? NAME) === own.name && token === TOKEN ? own : null),
    operator: async (account, token) => (token === OPERATOR_TOKEN ? operatorOf(account) : null),
    submit: async (_door, submission) => {
      refuse(submission);
      sent.push(submission);
      const { to, content, from } = submission;
      const fields = { message_id: `m${sent.length}`, timestamp: '2026-11-29 08:00:00.000000' };
      return createUserMessage({
        ...send(to, content),
        ...fields,
        from_addr: from ?? '8000',
        transport_name: to.endsWith('503') ? 'away' : 'mno',
      });
    },
    isUp: (transport) => transport !== 'away',
    isOptedOut: async (_door, address) => address.endsWith('000'),
    keeping: () => keeping,
    now: () => Date.parse('2026-11-29T08:00:00Z'),
    fire: async (_door, metrics) => void fired.push(...metrics),
    lines: (_door, of) => (of === 'events' ? null : linesOf('{"a":1}', '{"a":2}')),
    message: async (_door, id) => {
      if (id === SENT.message_id) return SENT;
      throw new VumiError('not_found', 'no such message');
    },
    original: async (_door, id) => originals.find(({ message_id }) => message_id === id) ?? null,
  };
  return {
    sent,
    fired,
    keeping,
    async ask(url, { method = 'GET', headers = {}, body = '' } = {}) {
      const asked = new URL(url, 'http://vumi.example');
      const answer = await dialect.answer(
        {
          method,
          path: asked.pathname,
          url: asked,
          headers,
          body: Buffer.from(body),
          remoteAddress: '192.0.2.1',
          gone: new AbortController().signal,
        },
        door,
      );
      return { status: answer.status, headers: answer.headers ?? {}, body: await textOf(answer) };
    },
  };
}

export function keepInMemory(): Keeping {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key) ?? null,
    change: async (key, to) => {
      const after = to(kept.get(key) ?? null);
      if (after === null) kept.delete(key);
      else kept.set(key, after);
    },
  };
}

async function* linesOf(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function textOf({ body = '', pieces }: HttpAnswer): Promise<string> {
  let text = body.toString();
  if (pieces !== undefined) for await (const piece of pieces) text += piece;
  return text;
}

function refuse({ from, to }: Submission): void {
  if (from === '9999') throw new VumiError('number.not_assigned', 'not the number of this account');
  if (to.endsWith('404')) throw new VumiError('route.none', 'no route');
  if (to.endsWith('402')) throw new VumiError('credit.insufficient', 'no credit');
  if (to === '000') throw new VumiError('message.invalid_receiver', 'no number');
}

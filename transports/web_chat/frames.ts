import { readRich, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { mediaKindOf } from '../sending/media-kind.ts';
import { readOrRefuse } from '../sending/rich-pieces.ts';
import { fitText } from '../sending/text-limits.ts';

/** Characters of a text, in either direction. */
export const LONGEST_TEXT = 4096;

export const WEB_CHAT_LIMITS = {
  quickReplies: { most: 10, title: 72, text: LONGEST_TEXT },
  media: true,
} as const;

const id = z.string().regex(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _');
const messageId = z.string().min(1).max(100);
const hello = z.union([z.literal(true), z.looseObject({ last: messageId.nullish() })]);

const schemas = {
  hello: z.looseObject({ hello, session: z.string().max(64).nullish(), token: z.string().max(64).nullish() }),
  text: z.looseObject({ id, text: z.string(), payload: z.string().min(1).max(256).nullish() }),
  got: z.looseObject({ got: messageId }),
  ping: z.looseObject({ ping: z.unknown() }),
} as const;

/** What a page says (spec channels §C, web chat). Members that are not known are passed over. */
export type ClientFrame =
  | {
      readonly kind: 'hello';
      readonly session: string | null;
      readonly token: string | undefined;
      /** The id of the last message that the page has got. */
      readonly last: string | null;
    }
  | {
      readonly kind: 'text';
      readonly id: string;
      readonly text: string;
      /** Of the button that was pressed. */
      readonly payload: string | undefined;
    }
  | { readonly kind: 'got'; readonly id: string }
  | { readonly kind: 'ping' }
  /** `why` is for whoever writes the page. */
  | { readonly kind: 'wrong'; readonly why: string };

/** A message as pages get it, or a part of its text. */
export interface ServerFrame {
  readonly id: string;
  readonly text: string;
  readonly quick_replies?: readonly object[];
  readonly attachments?: readonly object[];
  /** The app has ended the session with it. */
  readonly end?: true;
}

export function readFrame(data: string): ClientFrame {
  const value = parse(data);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('a frame is a JSON object');
  if ('hello' in value) return readHello(value);
  if ('got' in value) {
    const got = schemas.got.safeParse(value);
    return got.success ? { kind: 'got', id: got.data.got } : wrong(whyOf(got.error));
  }
  if ('ping' in value) return { kind: 'ping' };
  const text = schemas.text.safeParse(value);
  if (!text.success) return wrong(whyOf(text.error));
  return { kind: 'text', id: text.data.id, text: text.data.text, payload: text.data.payload ?? undefined };
}

function readHello(value: object): ClientFrame {
  const read = schemas.hello.safeParse(value);
  if (!read.success) return wrong(whyOf(read.error));
  const { hello, session = null, token } = read.data;
  const last = hello === true ? null : (hello.last ?? null);
  return { kind: 'hello', session, token: token ?? undefined, last };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function whyOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'not readable' : `"${issue.path.join('.')}": ${issue.message}`;
}

function wrong(why: string): ClientFrame {
  return { kind: 'wrong', why };
}

/** A message as it is sent to pages: a long text in parts, the last with the message's own id and what is beside the text. */
export function framesOf(message: UserMessage): readonly ServerFrame[] | { readonly refused: string } {
  const rich = readOrRefuse(message);
  if ('refused' in rich) return rich;
  const content = message.content ?? '';
  if (content.trim() === '' && rich.attachments.length === 0) return { refused: 'the message has no text' };
  const fitted = fitText(content, { max: LONGEST_TEXT, unit: 'characters', tooLong: 'split' });
  if (fitted.kind === 'refused') return { refused: fitted.reason };
  const parts = fitted.parts.slice(0, -1);
  return [
    ...parts.map((text, index) => ({ id: `${message.message_id}/${index + 1}`, text })),
    { id: message.message_id, text: fitted.parts.at(-1) ?? '', ...besideText(message) },
  ];
}

function besideText(message: UserMessage): Pick<ServerFrame, 'quick_replies' | 'attachments' | 'end'> {
  const { attachments, quick_replies } = readRich(message);
  return {
    ...(quick_replies.length === 0 ? {} : { quick_replies }),
    ...(attachments.length === 0
      ? {}
      : { attachments: attachments.map((one) => Object.assign({}, one, { kind: mediaKindOf(one) })) }),
    ...(message.session_event === 'close' ? { end: true as const } : {}),
  };
}

import { z } from 'zod';
import { VumiError } from '../errors.ts';
import { parseInput } from '../input.ts';
import type { UserMessage } from '../wire.ts';

/** What one message may carry; a channel may take less (`RichLimits`). Texts are counted in characters. */
export const RICH_LIMITS = {
  buttons: 10,
  title: 72,
  description: 72,
  /** Bytes of UTF-8, so that every network can carry it. */
  payload: 64,
  attachments: 10,
  caption: 1024,
  url: 2048,
  variables: 20,
} as const;

const words = (most: number) => z.string().trim().min(1).max(most);
const payload = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= RICH_LIMITS.payload, `at most ${RICH_LIMITS.payload} bytes`);

const quickReply = z.strictObject({
  title: words(RICH_LIMITS.title),
  payload: payload.optional(),
  description: words(RICH_LIMITS.description).optional(),
});

const attachment = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(RICH_LIMITS.url),
  content_type: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'a type such as image/png')
    .optional(),
  name: words(255).optional(),
  caption: words(RICH_LIMITS.caption).optional(),
});

const template = z.strictObject({
  name: words(512),
  language: words(32),
  variables: z.array(z.string().max(RICH_LIMITS.caption)).max(RICH_LIMITS.variables).default([]),
});

const richSchema = z.strictObject({
  attachments: z.array(attachment).max(RICH_LIMITS.attachments).default([]),
  quick_replies: z.array(quickReply).max(RICH_LIMITS.buttons).default([]),
  template: template.optional(),
});

/** What a message carries beside its text as apps write it (`message.reply`), and the API takes it. */
export const richOptionsSchema = z.object({
  buttons: z
    .array(
      z.union([words(RICH_LIMITS.title), quickReply], {
        error: `a button is its title, of ${RICH_LIMITS.title} characters at most, or { title, payload, description }`,
      }),
    )
    .max(RICH_LIMITS.buttons)
    .optional()
    .describe(
      'What the user can choose from; a text is the title of a button. Numbered lines where there are none',
    ),
  attachments: z
    .array(attachment)
    .max(RICH_LIMITS.attachments)
    .optional()
    .describe(
      'Files that the network fetches from their addresses, which are part of the text where it takes none',
    ),
  template: template.optional().describe('A text that the network has approved; others send the content'),
});

export type RichOptions = z.infer<typeof richOptionsSchema>;

/** The message with what its sender wants beside its text. */
export function withRichOptions(
  message: UserMessage,
  { buttons = [], attachments = [], template: approved }: RichOptions,
): UserMessage {
  const quick_replies = buttons.map((button) => (typeof button === 'string' ? { title: button } : button));
  return withRich(message, {
    attachments,
    quick_replies,
    ...(approved === undefined ? {} : { template: approved }),
  });
}

/** A button: its title is what the user is understood to say, `payload` what the app is told beside it. */
export type QuickReply = z.infer<typeof quickReply>;
export type Attachment = z.infer<typeof attachment>;
export type Template = z.infer<typeof template>;
/** What an outbound message has beside its text: `helper_metadata.send` (spec channels §1.7). */
export type Rich = z.infer<typeof richSchema>;

const NOTHING: Rich = { attachments: [], quick_replies: [] };
const FIELD = 'helper_metadata.send';

/** @throws VumiError `message.invalid_field` that names what is wrong. */
export function readRich({ helper_metadata }: Pick<UserMessage, 'helper_metadata'>): Rich {
  const given = helper_metadata['send'];
  if (given === undefined || given === null) return NOTHING;
  try {
    return parseInput(richSchema, given, 'message.invalid_field');
  } catch (error) {
    if (!(error instanceof VumiError)) throw error;
    const field = error.field === undefined ? FIELD : `${FIELD}.${error.field}`;
    throw new VumiError('message.invalid_field', `${field}: ${error.message}`, { field, cause: error });
  }
}

/** The message with other content beside its text; none at all where there is nothing. */
export function withRich(message: UserMessage, rich: Rich): UserMessage {
  const { send: _before, ...others } = message.helper_metadata;
  const isEmpty = rich.attachments.length + rich.quick_replies.length === 0 && rich.template === undefined;
  return { ...message, helper_metadata: isEmpty ? others : { ...others, send: rich } };
}

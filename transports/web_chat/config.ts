import { z } from 'zod';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';

const DAY = 86_400;

const seconds = (most: number) => z.number().positive().max(most);
const words = (most: number) => z.string().trim().min(1).max(most);

/** As browsers write it: scheme, host and port, and nothing behind them. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.parse(text)?.origin === text;
}

const visitorOptions = {
  allowed_origins: z
    .array(
      z
        .string()
        .refine(isOrigin, 'an origin as browsers write it, such as "https://clinic.example": no path'),
    )
    .max(1000)
    .default([])
    .describe(
      'Sites whose pages may include the chat, each as its origin, such as `https://clinic.example`; with `www.` it is another one. The page of the transport itself always may. Default: none',
    ),
  to_addr: words(255)
    .optional()
    .describe(
      'Address that messages of visitors are for, by which they are routed. Default: the name of the transport',
    ),
  idle: seconds(7 * DAY)
    .default(1800)
    .describe(
      'Seconds after the last message in which a session ends: the app gets `close`, and the next text is `new`. Default: 1800',
    ),
  retention: seconds(7 * DAY)
    .default(DAY)
    .describe(
      'Seconds for which a message is kept for a visitor who is away; then it is reported as failed. Default: 86400, a day',
    ),
  remembered: seconds(365 * DAY)
    .default(30 * DAY)
    .describe(
      'Seconds after the last message for which a visitor may be written to, and comes back as the same one. Default: 2592000, 30 days',
    ),
  max_clients: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Pages that may be connected at once; more are asked to come again. Default: 10000'),
} as const;

/** What the widget says, by its own names. */
const WORDS = {
  open: 'Open the chat',
  close: 'Close the chat',
  label: 'Your message',
  send: 'Send',
  sending: 'Sending…',
  waiting: 'Not sent yet: no connection',
  failed: 'Not sent',
  again: 'Send again',
  connecting: 'Connecting…',
  refused: 'This chat is not available here',
  ended: 'The conversation has ended. Write to begin again.',
  you: 'You',
  attachment: 'File',
} as const;

const wordOptions = Object.fromEntries(
  Object.entries(WORDS).map(([name, text]) => [name, words(200).default(text)]),
) as Record<keyof typeof WORDS, z.ZodDefault<z.ZodString>>;

const widgetOptions = {
  title: words(60).default('Chat').describe('Heading of the chat. Default: `Chat`'),
  greeting: words(1000)
    .optional()
    .describe('Shown above the first message, before anybody has written. Default: nothing'),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as "#1a5fb4"')
    .default('#1a5fb4')
    .describe('Colour of the button, the heading and what the visitor wrote. Default: `#1a5fb4`, a blue'),
  side: z
    .enum(['left', 'right'])
    .default('right')
    .describe('Side of the window that the button is at. Default: right'),
  words: z
    .strictObject(wordOptions)
    .prefault({})
    .describe(
      `What the chat itself says, for other languages: ${Object.keys(WORDS).join(', ')}, such as \`{"send": "Tuma"}\`. Default: English`,
    ),
} as const;

/** The options in the groups in which the reference lists them. */
export const WEB_CHAT_GROUPS = {
  Visitors: visitorOptions,
  Widget: widgetOptions,
  Messages: socketOptions('web_chat'),
  'Without effect': ignoredSocketOptions,
} as const;

export const webChatConfigSchema = z.strictObject({
  ...visitorOptions,
  ...widgetOptions,
  ...socketOptions('web_chat'),
  ...ignoredSocketOptions,
});

export type WebChatConfig = z.infer<typeof webChatConfigSchema>;

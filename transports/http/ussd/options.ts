import { z } from 'zod';

export const INITIAL_CONTENTS = ['null', 'empty', 'text'] as const;

/** What the networks of most dialects show at once, and wait for. */
const SEPTETS = 182;
const SESSION_SECONDS = 600;

/** For channels of USSD (spec channels §1.5, §1.9). `initial`: what a dialect of Vumi had as the content of a first message. */
export function ussdOptions(initial: (typeof INITIAL_CONTENTS)[number] = 'null') {
  return {
    ussd_session_timeout: z
      .number()
      .positive()
      .max(86_400)
      .default(SESSION_SECONDS)
      .describe(`Seconds without a step after which a session is forgotten. Default: ${SESSION_SECONDS}`),
    initial_content: z
      .enum(INITIAL_CONTENTS)
      .default(initial)
      .describe(
        `Content of the message that opens a session: nothing, an empty text, or the text that the network sends. Default: ${initial}`,
      ),
    unknown_session: z
      .enum(['new', 'end'])
      .default('new')
      .describe(
        'What becomes of a step in a session that is not known: it is new if the request names the code that was dialled, or it ends with session_ended_message. Default: new',
      ),
    max_length: z
      .int()
      .min(20)
      .max(1000)
      .default(SEPTETS)
      .describe(
        `Septets that a screen has room for; texts beyond the GSM alphabet have as many characters of UCS-2 as fill the octets (182: 80). Default: ${SEPTETS}`,
      ),
    too_long: z
      .enum(['cut', 'reject'])
      .default('cut')
      .describe(
        'What becomes of a text that has no room: cut after the last line that has, or refused by a nack. Default: cut',
      ),
    timeout_message: z
      .string()
      .min(1)
      .default('The service takes too long to answer. Please try again later.')
      .describe('Text that ends a session when no reply came within request_timeout. Default: English'),
    error_message: z
      .string()
      .min(1)
      .default('The service cannot be reached now. Please try again later.')
      .describe('Text that ends a session when the platform cannot take its step. Default: English'),
    session_ended_message: z
      .string()
      .min(1)
      .default('Your session has ended. Please dial again.')
      .describe('Text for a step in a session that is not known. Default: English'),
  };
}

const ussdSchema = z.object(ussdOptions());
export type UssdConfig = z.infer<typeof ussdSchema>;

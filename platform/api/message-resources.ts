/** What the API answers about messages, and about all that happens to one. */
import { MESSAGE_STATUSES, TIMELINE_KINDS } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const messageSchema = z.object({
  message_id: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  account: z.string().nullable().describe('null: no route led to an app'),
  app: z.string().nullable(),
  transport_name: z.string().nullable(),
  from_addr: z.string().nullable(),
  to_addr: z.string().nullable(),
  content: z.string().nullable(),
  session_event: z.string().nullable(),
  group: z.string().nullable().describe('The room in which it was written, in networks that have rooms'),
  in_reply_to: z.string().nullable(),
  timestamp: instant,
  status: z.enum(MESSAGE_STATUSES).describe('The latest of what is known'),
  reason: z
    .string()
    .nullable()
    .describe("Why it was not delivered: the nack's reason, or the network's state and error"),
  events: z.array(
    z.looseObject({
      event_type: z.enum(['ack', 'nack', 'delivery_report']),
      status: z.enum(MESSAGE_STATUSES).optional().describe('What the event makes of the message'),
      timestamp: instant,
      nack_reason: z.string().optional(),
      delivery_status: z.enum(['delivered', 'failed', 'pending']).optional(),
      delivery_state: z.string().optional().describe("The network's own word for the state, such as UNDELIV"),
      delivery_error: z.string().optional().describe('Why it was not delivered, as the network tells it'),
    }),
  ),
});

export const timelineSchema = z.object({
  message_id: z.string().describe('The message that was asked for'),
  messages: z
    .array(messageSchema)
    .readonly()
    .describe('What the user wrote, and what was sent because of it; oldest first'),
  entries: z
    .array(
      z.object({
        at: instant,
        message_id: z.string().describe('Of those above, the one that it happened to'),
        kind: z.enum(TIMELINE_KINDS),
        text: z.string().describe('A line for people'),
        failed: z.boolean().describe('Whether it tells of something that went wrong'),
        details: z.record(z.string(), z.unknown()).describe('All that is known, by kind'),
      }),
    )
    .readonly(),
});

import { z } from 'zod';

const text = z.string().nullable().optional();

/** What a client of Junebug wants sent; a key that is not here is refused. */
const messageSchema = z.strictObject({
  to: text,
  from: text,
  group: text,
  reply_to: text,
  content: z.string().nullable(),
  event_url: z
    .string()
    .regex(/^https?:\/\/[^\s#]+$/)
    .nullable()
    .optional(),
  event_auth_token: text,
  priority: text,
  channel_data: z
    .looseObject({
      session_event: z.enum(['new', 'resume', 'close']).nullable().optional(),
      continue_session: z.boolean().optional(),
    })
    .optional(),
});

export type JunebugMessage = z.infer<typeof messageSchema>;

/** An error as Junebug writes it. */
export interface JunebugError {
  readonly type: string;
  readonly message: string;
  readonly schema_path?: readonly string[];
}

/** Reads the body of POST …/messages/, or says what is wrong with it. */
export function readMessage(body: Buffer): JunebugMessage | readonly JunebugError[] {
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return [{ type: 'JsonDecodeError', message: 'The body is no JSON' }];
  }
  const { success, data, error } = messageSchema.safeParse(given);
  if (!success) return error.issues.flatMap(faultsOf);
  const isAddressed = [data.to, data.reply_to].some((one) => one != null && one !== '');
  if (isAddressed) return data;
  return [{ type: 'ApiUsageError', message: 'Either "to" or "reply_to" must be specified' }];
}

function faultsOf(issue: z.core.$ZodIssue): readonly JunebugError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      type: 'invalid_body',
      message: `Additional properties are not allowed ('${key}' was unexpected)`,
      schema_path: ['additionalProperties'],
    }));
  const path = issue.path.map(String);
  return [
    {
      type: 'invalid_body',
      message: path.length === 0 ? 'The body is no object' : `'${path.join('.')}': ${issue.message}`,
      schema_path: ['properties', ...path],
    },
  ];
}

import { errorText } from '@vumi/core';
import { z } from 'zod';

const MOST_STEPS = 200;

const stepSchema = z.strictObject({
  from: z.string().min(1).max(100).describe('Who says it'),
  say: z.string().max(2000).nullable().describe('null: a session that begins without a text, as on USSD'),
  expect: z
    .union([z.string(), z.array(z.string())])
    .describe('The whole text of the one reply, or of each when there are several or none'),
  session_event: z.enum(['new', 'resume', 'close']).optional(),
  transport_type: z.string().max(30).optional().describe('Default: sms'),
});

/** A conversation that an app must have word by word, in the order of its steps. */
export type Transcript = readonly z.infer<typeof stepSchema>[];

/** Reads `transcript.json`. `fault`: why it cannot be run, null when it can. */
export function parseTranscript(text: string | null): { transcript: Transcript; fault: string | null } {
  if (text === null) return { transcript: [], fault: null };
  try {
    return { transcript: z.array(stepSchema).max(MOST_STEPS).parse(JSON.parse(text)), fault: null };
  } catch (error) {
    const reason = error instanceof z.ZodError ? describeIssue(error) : errorText(error);
    return { transcript: [], fault: reason };
  }
}

function describeIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `step ${issue.path.join('.')}: `;
  return `${where}${issue?.message ?? 'it has another form'}`;
}

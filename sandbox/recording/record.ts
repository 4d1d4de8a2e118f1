import { RUN_KINDS } from '@vumi/core';
import { z } from 'zod';
import { callSchema } from '../effects.ts';
import { limitsSchema } from '../limits.ts';
import { hideSecretAnswers } from './secret-answers.ts';
import type { SecretRemoval } from './secret-removal.ts';
import { MAX_RECORD, type TurnRecorder } from './turn-recorder.ts';

/** Bytes that the names of the members take. */
const ENVELOPE = 200;

const answerSchema = z.tuple([z.int(), z.boolean(), z.unknown()]);

const entries = z.array(z.looseObject({}));

/** All that decides what a turn does, and what it did. Values of secrets stand as their names. */
export const recordSchema = z.object({
  wall_ms: z.int().positive().describe('What the handler had'),
  settings: z.object({
    config: z.record(z.string(), z.unknown()),
    // Those of another version of the platform may have other names: they are passed over.
    limits: z.object(limitsSchema.shape).partial(),
  }),
  start: z
    .looseObject({
      kind: z.enum(RUN_KINDS),
      now: z.number(),
      ids: z.array(z.string()),
    })
    .describe('What the handler was called with'),
  calls: z.array(z.tuple([z.int(), callSchema])).describe('What it asked the platform, in order'),
  answers: z
    .array(z.array(answerSchema))
    .describe('[call, whether it worked, value]; what came together stands together'),
  effects: z
    .looseObject({ sends: entries.optional(), writes: entries.optional() })
    .nullable()
    .describe('What it left; null when it failed'),
});

export type RunRecord = z.infer<typeof recordSchema>;

export interface RecordParts {
  readonly wallMs: number;
  /** JSON texts, as they went over the wire. */
  readonly settings: string;
  readonly start: string;
  readonly effects: string | null;
  readonly recorder: TurnRecorder;
}

/** The record as JSON, put together of texts that are there already; null when it is too large, or in no form to be read. */
export function composeRecord(parts: RecordParts, secretRemoval: SecretRemoval): string | null {
  const texts = parts.recorder.texts();
  const { wallMs, settings, start, effects } = parts;
  if (texts === null) return null;
  const size =
    settings.length + start.length + texts.calls.length + texts.answers.length + (effects?.length ?? 0);
  if (size + ENVELOPE > MAX_RECORD) return null;
  const shown = withoutAnswers(
    `{"wall_ms":${wallMs},"settings":${settings},"start":${start},"calls":${texts.calls},"answers":${texts.answers},"effects":${effects}}`,
  );
  return shown === null ? null : secretRemoval.hideSoon(shown);
}

function withoutAnswers(json: string): string | null {
  try {
    return hideSecretAnswers(json);
  } catch {
    return null;
  }
}

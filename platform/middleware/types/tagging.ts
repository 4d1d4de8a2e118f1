import { pythonPattern, type UserMessage, tagOf, type MessageTag } from '@vumi/core';
import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';
import { checkTemplates, expandTemplate } from '../template.ts';

const templateText = z.string();
const configSchema = z.strictObject({
  incoming: z
    .strictObject({
      addr_pattern: z.string().describe('Regular expression that the start of to_addr matches'),
      tagpool_template: templateText.describe(
        'The pool; `\\1` and `\\g<name>` stand for groups of the pattern',
      ),
      tagname_template: templateText.describe("The tag's name in it, likewise"),
    })
    .describe('Which tag an inbound message gets'),
  outgoing: z
    .strictObject({
      tagname_pattern: z.string().describe("Regular expression that the start of the tag's name matches"),
      msg_template: z
        .record(z.string(), z.unknown())
        .describe('Fields that the message gets; texts in it are templates, objects are merged'),
    })
    .describe('What an outbound message with a tag gets'),
});

/**
 * Vumi's tags (spec vumi-core §4): of where inbound messages came from, and from there back. The address of a message is
 * matched as it is; what does not match passes untouched. Which pool an outbound message's tag is of does not matter.
 */
export const tagging = defineMiddleware({
  type: 'tagging',
  aliases: ['vumi.middleware.tagger.TaggingMiddleware', 'vumi.middleware.TaggingMiddleware'],
  summary: 'tags inbound messages by their address, and fills in outbound ones by their tag',
  configSchema,
  start({ incoming, outgoing }) {
    const matchAddress = pythonPattern(incoming.addr_pattern, 'incoming.addr_pattern');
    const matchTag = pythonPattern(outgoing.tagname_pattern, 'outgoing.tagname_pattern');
    const { addr_pattern, ...templates } = incoming;
    checkTemplates(textsOf(templates, 'incoming'), addr_pattern);
    checkTemplates(textsOf(outgoing.msg_template, 'outgoing.msg_template'), outgoing.tagname_pattern);
    return {
      inbound(message) {
        const match = message.to_addr === null ? null : matchAddress(message.to_addr);
        if (match === null) return message;
        const expand = (template: string): string => expandTemplate(template, match);
        return withTag(message, [expand(incoming.tagpool_template), expand(incoming.tagname_template)]);
      },
      outbound(message) {
        const name = tagOf(message)?.[1];
        const match = name === undefined ? null : matchTag(name);
        if (match === null) return message;
        return merged(message, outgoing.msg_template, { match, within: new Set() }) as UserMessage;
      },
    };
  },
});

function withTag(message: UserMessage, tag: MessageTag): UserMessage {
  const before = message.helper_metadata['tag'];
  return {
    ...message,
    helper_metadata: { ...message.helper_metadata, tag: { ...(isRecord(before) ? before : {}), tag } },
  };
}

interface Merge {
  readonly match: RegExpExecArray;
  /** A template of YAML may hold itself (`&a {inner: *a}`): what we are within is not entered again. */
  readonly within: ReadonlySet<object>;
}

function merged(
  target: Readonly<Record<string, unknown>>,
  template: Readonly<Record<string, unknown>>,
  merge: Merge,
): Record<string, unknown> {
  const within = new Set(merge.within).add(template);
  const result: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(template)) {
    if (typeof value === 'string') result[key] = expandTemplate(value, merge.match);
    else if (!isRecord(value)) result[key] = value;
    else if (!within.has(value)) {
      const before = result[key];
      result[key] = merged(isRecord(before) ? before : {}, value, { ...merge, within });
    }
  }
  return result;
}

/** The templates in it, each with its path. */
function* textsOf(
  template: Readonly<Record<string, unknown>>,
  path: string,
  within: ReadonlySet<object> = new Set(),
): Generator<readonly [string, string]> {
  const inside = new Set(within).add(template);
  for (const [key, value] of Object.entries(template)) {
    if (typeof value === 'string') yield [`${path}.${key}`, value];
    else if (isRecord(value) && !inside.has(value)) yield* textsOf(value, `${path}.${key}`, inside);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { VumiError, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { defineRouter, type RouterPorts } from '../router.ts';
import { checkTargets, mapOf, namesSchema, textSchema } from './names.ts';
import { toInbound, toOutbound } from './routed.ts';
import { createSenderMemory, memoryOptions } from './sender-memory.ts';

const lowerCase = (text: string): string => text.toLowerCase();

const ruleSchema = z.strictObject({
  app: z.string().describe('Exposed name that gets the message.'),
  keyword: textSchema.transform(lowerCase).describe('First word of the content, in any case.'),
  to_addr: textSchema.optional().describe('Only messages to this number.'),
  prefix: textSchema.optional().describe('Only messages from numbers that begin so.'),
});
type Rule = z.infer<typeof ruleSchema>;

const configSchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .default([])
    .describe('What leads to which application; every rule that matches does.'),
  keyword_mappings: z
    .record(z.string(), namesSchema)
    .default({})
    .describe('Exposed name to its keyword, or keywords: rules in short, after the others.'),
  fallback_application: z.string().optional().describe('Exposed name that gets what no rule matches.'),
  transport_mappings: z
    .record(z.string(), z.string())
    .describe('Number that a message is sent from to the transport that sends it.'),
  ...memoryOptions,
});

/**
 * By the first word of the content (spec vumi-core §3, "ContentKeyword"): the text before the first space, in lower
 * case and nothing else, so that ` stop` and `STOP\n` are not `stop`; no content is the keyword "". Every rule that
 * matches fires. Decided: an application that several rules lead to gets one copy, not one for each; outbound messages
 * from an unknown or missing number are refused with `route.none`, where Vumi dropped them; events go to the connector
 * that their message came from, whatever transport_name it had.
 */
export const contentKeywordRouter = defineRouter({
  type: 'content_keyword',
  aliases: ['vumi.dispatchers.ContentKeywordRouter', 'vumi.dispatchers.base.ContentKeywordRouter'],
  summary: 'to applications by the first word of the content',
  configSchema,
  async create(config, ports) {
    const rules = readRules(config, ports);
    const transports = mapOf(config.transport_mappings);
    const option = 'transport_mappings';
    checkTargets(transports.values(), { option, names: ports.transports, list: 'transport_names' });
    const fallback = config.fallback_application === undefined ? [] : [config.fallback_application];
    const memory = createSenderMemory(config, ports);
    return {
      async inbound(message, from) {
        const keyword = keywordOf(message);
        const found = rules.filter((rule) => matches(rule, keyword, message)).map(({ app }) => app);
        const targets = found.length === 0 ? fallback : [...new Set(found)];
        if (targets.length === 0) {
          const { message_id: messageId } = message;
          ports.logger.error(
            { message_id: messageId, keyword },
            'no rule matches and there is no fallback_application: dropped',
          );
        }
        return toInbound(message, targets, from);
      },
      event: (event) => memory.toSender(event),
      async outbound(message, from) {
        const transport = transports.get(message.from_addr ?? '');
        if (transport === undefined) {
          const number = message.from_addr ?? 'null';
          throw new VumiError(
            'route.none',
            `no transport for from_addr "${number}"; add it to transport_mappings`,
          );
        }
        await memory.remember(message, from);
        return toOutbound(message, [transport], from);
      },
    };
  },
});

function readRules(config: z.infer<typeof configSchema>, { applications }: RouterPorts): readonly Rule[] {
  const short = [...mapOf(config.keyword_mappings)].flatMap(([app, keywords]) =>
    keywords.map((keyword) => ({ app, keyword: lowerCase(keyword) })),
  );
  const known = { names: applications, list: 'exposed_names' } as const;
  checkTargets(
    config.rules.map(({ app }) => app),
    { option: 'rules', ...known },
  );
  checkTargets(Object.keys(config.keyword_mappings), { option: 'keyword_mappings', ...known });
  if (config.fallback_application !== undefined) {
    checkTargets([config.fallback_application], { option: 'fallback_application', ...known });
  }
  return [...config.rules, ...short];
}

function keywordOf({ content }: UserMessage): string {
  const text = content ?? '';
  const space = text.indexOf(' ');
  return lowerCase(space === -1 ? text : text.slice(0, space));
}

function matches(rule: Rule, keyword: string, { to_addr, from_addr }: UserMessage): boolean {
  if (rule.keyword !== keyword) return false;
  if (rule.to_addr !== undefined && rule.to_addr !== to_addr) return false;
  return rule.prefix === undefined || (from_addr?.startsWith(rule.prefix) ?? false);
}

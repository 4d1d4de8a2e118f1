import type { UserMessage } from '@vumi/core';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { listOf, readObject, textOf } from '../http/json.ts';
import { graphError, graphVerdict } from '../meta/graph.ts';
import { answerMeta, verifyMeta } from '../meta/webhook.ts';
import { whatsappConfigSchema, type WhatsappConfig } from './config.ts';
import { readWebhook } from './read-webhook.ts';
import { inTemplate, piecesOf, WHATSAPP_LIMITS, writeMessage } from './write-message.ts';

const OUTSIDE_WINDOW = 131_047;
/** Too many to this receiver only. */
const RECEIVER_THROTTLED = 131_056;
/** It could not fetch a file, which may succeed when it is asked once more. */
const NO_MEDIA = 131_053;
/** He wants no messages of companies. */
const OPTED_OUT = 131_050;

/** WhatsApp by Meta's Cloud API (spec channels §C). */
export const whatsappCloudTransport = defineHttpChannel({
  type: 'whatsapp_cloud',
  aliases: {},
  summary: "WhatsApp, by Meta's Cloud API: texts, buttons, lists, files, templates, receipts",
  configSchema: whatsappConfigSchema,
  transportType: 'whatsapp',
  limits: WHATSAPP_LIMITS,
  isFoundByUrl: true,
  routes: [
    {
      path: '',
      purpose: 'callback URL of the app: messages and what became of ours',
      methods: ['GET', 'POST'],
      verify: verifyMeta,
      read: readWebhook,
      answer: answerMeta,
    },
  ],
  sending: {
    options: (config) => config,
    receiptsByRemoteId: true,
    pieces: piecesOf,
    request: (message, config) => ({
      method: 'POST',
      url: `${config.base_url}/${config.api_version}/${config.phone_number_id}/messages`,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${config.access_token.reveal()}`,
      },
      body: JSON.stringify(writeMessage(message, config)),
    }),
    verdict: readVerdict,
  },
});

function readVerdict(answer: Answered, config: WhatsappConfig, message: UserMessage): Verdict | null {
  const error = graphError(answer);
  if (error === null) {
    if (answer.status < 200 || answer.status >= 300) return null;
    const [sent] = listOf(readObject(answer.body)?.['messages']);
    return { kind: 'accepted', remoteId: textOf(sent?.['id']) };
  }
  const { code, text } = error;
  switch (code) {
    case OUTSIDE_WINDOW: {
      const instead = inTemplate(message, config);
      const reason = `${code}: outside the 24 h window: send a template, or set the option outside_window`;
      return instead === null ? { kind: 'refused', reason } : { kind: 'instead', message: instead, reason };
    }
    case RECEIVER_THROTTLED:
      return { kind: 'throttled', receiverOnly: true };
    case NO_MEDIA:
      return { kind: 'instead', message, reason: `${code}: ${text}` };
    case OPTED_OUT:
      return { kind: 'refused', reason: `${code}: ${text}`, optedOut: true };
    default:
      return graphVerdict(error) ?? { kind: 'refused', reason: `${code}: ${text}` };
  }
}

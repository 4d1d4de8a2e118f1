import { readRich, type QuickReply, type RichLimits, type UserMessage } from '@vumi/core';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { readObject, textOf } from '../http/json.ts';
import { graphError, graphVerdict } from '../meta/graph.ts';
import { answerMeta, verifyMeta } from '../meta/webhook.ts';
import { mediaKindOf } from '../sending/media-kind.ts';
import { richPieces, type PieceLimits } from '../sending/rich-pieces.ts';
import type { TextLimits } from '../sending/text-limits.ts';
import type { TransportType } from '../transport-type.ts';
import { messengerConfigSchema } from './config.ts';
import { readWebhook } from './read-webhook.ts';

/** The user must have written within a day; tags for later ones ended in April 2026. */
const NOT_NOW = 10;

export const messengerTransport = defineMessenger('messenger', {
  summary: "Facebook Messenger, by Meta's Graph API: texts, quick replies, files, receipts",
  text: { max: 2000, unit: 'utf16', tooLong: 'split' },
});

export const instagramTransport = defineMessenger('instagram', {
  summary: "Instagram, by Meta's Graph API: texts, quick replies, files, receipts",
  text: { max: 1000, unit: 'bytes', tooLong: 'split' },
});

/** The two are one protocol with other limits (spec channels §C). */
function defineMessenger(
  type: 'messenger' | 'instagram',
  { summary, text }: { readonly summary: string; readonly text: TextLimits },
): TransportType {
  const pieces: PieceLimits = { text, caption: 0, hasCaption: () => false };
  const limits: RichLimits = { quickReplies: { most: 10, title: 20, text: text.max }, media: true };
  return defineHttpChannel({
    type,
    aliases: {},
    summary,
    configSchema: messengerConfigSchema(type),
    transportType: type,
    limits,
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
      pieces: (message) => richPieces(message, pieces),
      request: (message, { base_url, api_version, page_token }) => ({
        method: 'POST',
        url: `${base_url}/${api_version}/me/messages`,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${page_token.reveal()}` },
        body: JSON.stringify(writeMessage(message)),
      }),
      verdict: readVerdict,
    },
  });
}

function writeMessage(message: UserMessage): object {
  const { attachments, quick_replies: buttons } = readRich(message);
  const [file] = attachments;
  return {
    messaging_type: message.in_reply_to === null ? 'UPDATE' : 'RESPONSE',
    recipient: { id: message.to_addr },
    message:
      file === undefined
        ? {
            text: message.content ?? '',
            ...(buttons.length === 0 ? {} : { quick_replies: writeButtons(buttons) }),
          }
        : { attachment: { type: fileType(file), payload: { url: file.url } } },
  };
}

function writeButtons(buttons: readonly QuickReply[]): object[] {
  return buttons.map(({ title, payload }, index) => ({
    content_type: 'text',
    title,
    payload: payload ?? String(index),
  }));
}

function fileType(file: Parameters<typeof mediaKindOf>[0]): string {
  const kind = mediaKindOf(file);
  return kind === 'document' ? 'file' : kind;
}

function readVerdict(answer: Answered): Verdict | null {
  const error = graphError(answer);
  if (error === null) {
    if (answer.status < 200 || answer.status >= 300) return null;
    return { kind: 'accepted', remoteId: textOf(readObject(answer.body)?.['message_id']) };
  }
  const { code, text } = error;
  const advice = code === NOT_NOW ? ' (the user must have written within 24 hours)' : '';
  return graphVerdict(error) ?? { kind: 'refused', reason: `${code}: ${text}${advice}` };
}

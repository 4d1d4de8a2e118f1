import type { ExchangeDescription, NetworkExchange } from '@vumi/core';
import { exchangeOf, type ExchangeAbout } from '../sending/exchange.ts';
import { describeBody, describePdu } from './codec/pdu-description.ts';
import type { MessageBody } from './codec/pdu.ts';
import { STATUS, statusName } from './codec/statuses.ts';
import type { Outcome } from './session/outcome.ts';
import { ESM_CLASS_UDHI, headerLength, splitHeader } from './text/user-data-header.ts';

/** A submit_sm and what came of it. */
export function submitExchange(about: ExchangeAbout, body: MessageBody, outcome: Outcome): NetworkExchange {
  const failed = outcome.outcome !== 'answered' || outcome.status !== STATUS.ROK;
  return exchangeOf(about, failed, () => ({
    protocol: 'smpp',
    direction: 'sent',
    request: { command: body.command, fields: { ...describeBody(body), ...headerOf(body) } },
    answer: describeOutcome(outcome),
  }));
}

/** A deliver_sm or data_sm of the SMSC, and what it was answered. */
export function deliverExchange(
  about: ExchangeAbout,
  frame: Buffer,
  { status, failed }: { readonly status: number; readonly failed: boolean },
): NetworkExchange {
  return exchangeOf(about, failed, () => {
    const { command, sequence_number, fields, error } = describePdu(frame);
    const unread = error === undefined ? {} : { error };
    return {
      protocol: 'smpp',
      direction: 'received',
      request: { command, sequence_number, fields, ...unread, octets: frame.toString('hex') },
      answer: { command: `${command}_resp`, command_status: statusName(status) },
    };
  });
}

function describeOutcome(outcome: Outcome): ExchangeDescription['answer'] {
  switch (outcome.outcome) {
    case 'answered':
      return {
        command: outcome.body.command,
        command_status: statusName(outcome.status),
        fields: describeBody(outcome.body),
      };
    case 'timed_out':
      return { status: 'no response in time' };
    case 'lost':
      return { status: 'the connection was lost before the response' };
    default:
      return null;
  }
}

/** What the header in front of the text says, in words. */
function headerOf({ esmClass, shortMessage }: MessageBody): Record<string, unknown> {
  if ((esmClass & ESM_CLASS_UDHI) === 0) return {};
  const header = splitHeader(shortMessage);
  const { concatenation, ports } = header;
  const octets = shortMessage.subarray(0, headerLength(header)).toString('hex');
  return {
    udh: {
      octets,
      ...(concatenation === null ? {} : { concatenation }),
      ...(ports === null ? {} : { ports }),
    },
  };
}

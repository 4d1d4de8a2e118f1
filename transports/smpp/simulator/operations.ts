import type { CancelBody, MessageBody, QueryBody, ReplaceBody } from '../codec/pdu.ts';
import { isSmppTime } from '../codec/smpp-time.ts';
import { STATUS } from '../codec/statuses.ts';
import type { Answer } from '../session/answer.ts';
import type { MessageBook, TakenMessage } from './message-book.ts';
import { MESSAGE_STATES } from './receipt-body.ts';

const STATE_UNKNOWN = 7;

/** query_sm, cancel_sm and replace_sm (spec smpp §5 point 60). A message can be changed until it is on its phone. */
export function operate(body: QueryBody | CancelBody | ReplaceBody, book: MessageBook): Answer {
  switch (body.command) {
    case 'query_sm':
      return query(book.find(body.messageId, body.sourceAddr));
    case 'cancel_sm':
      return cancel(body, book);
    case 'replace_sm':
      return replace(body, book.find(body.messageId, body.sourceAddr));
    default:
      return { status: STATUS.RINVCMDID };
  }
}

function query(message: TakenMessage | undefined): Answer {
  if (message === undefined) return { status: STATUS.RQUERYFAIL };
  return {
    status: STATUS.ROK,
    id: message.id,
    query: {
      finalDate: message.finalAt === null ? '' : finalDate(message.finalAt),
      messageState: MESSAGE_STATES.get(message.state) ?? STATE_UNKNOWN,
      errorCode: 0,
    },
  };
}

/** In UTC, whole seconds (section 7.1.1.1). */
function finalDate(at: number): string {
  return `${new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 14)}000+`;
}

function cancel(body: CancelBody, book: MessageBook): Answer {
  const one = book.find(body.messageId, body.sourceAddr);
  const messages = body.messageId === '' ? book.waiting(body) : one === undefined ? [] : [one];
  const waiting = messages.filter((message) => message.cancel !== null);
  if (waiting.length === 0) return { status: STATUS.RCANCELFAIL };
  for (const message of waiting) {
    message.cancel?.();
    message.cancel = null;
    message.state = 'DELETED';
    message.finalAt = Date.now();
  }
  return { status: STATUS.ROK };
}

function replace(body: ReplaceBody, message: TakenMessage | undefined): Answer {
  if (message === undefined || message.state !== 'SCHEDULED') return { status: STATUS.RREPLACEFAIL };
  if (!isSmppTime(body.scheduleDeliveryTime)) return { status: STATUS.RINVSCHED };
  if (!isSmppTime(body.validityPeriod)) return { status: STATUS.RINVEXPIRY };
  const changed: Partial<MessageBody> = {
    registeredDelivery: body.registeredDelivery,
    smDefaultMsgId: body.smDefaultMsgId,
    shortMessage: Buffer.from(body.shortMessage),
  };
  message.body = { ...message.body, ...changed };
  return { status: STATUS.ROK };
}

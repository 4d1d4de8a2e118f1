import { deriveId, VumiError, type Logger } from '@vumi/core';
import type {
  CancelBody,
  DataBody,
  MessageBody,
  MultiBody,
  QueryBody,
  ReplaceBody,
  Unreached,
} from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { Answer } from '../session/answer.ts';
import type { BindRegistry } from './bind-registry.ts';
import type { LongMessages } from './long-messages.ts';
import type { IdBook, MessageIds } from './message-ids.ts';
import type { ServerClient, SmppServerPorts } from './ports.ts';
import { RateLimit } from './rate-limit.ts';
import { messageState } from './receipt.ts';
import { isRefused, readSubmission } from './submission.ts';

export interface SubmitsPorts extends Pick<SmppServerPorts, 'find' | 'cancel' | 'clock'> {
  readonly ids: IdBook;
  readonly messages: LongMessages;
  readonly registry: BindRegistry;
}

/** Who asks. */
export interface Asking {
  readonly client: ServerClient;
  /** False for peers of v3.3: their ids have 8 characters at most. */
  readonly knowsLongIds: boolean;
  readonly logger: Logger;
}

type Read = MessageBody | DataBody;

/** Answers what clients submit and ask of what they have submitted. */
export class Submits {
  readonly #ports: SubmitsPorts;
  readonly #limits = new Map<string, RateLimit>();

  constructor(ports: SubmitsPorts) {
    this.#ports = ports;
  }

  /** submit_sm and data_sm: ROK once the message is safe. */
  async take(body: Read, by: Asking): Promise<Answer> {
    if (!this.#limitOf(by.client).take(1)) return { status: STATUS.RTHROTTLED };
    const ids = await this.#ports.ids.next(by.knowsLongIds);
    return this.#submit(body, ids, by);
  }

  /** submit_multi: one id for all, and a message of its own for each (spec smpp §5 point 32). */
  async takeMulti(body: MultiBody, by: Asking): Promise<Answer> {
    const { destinations, command: _command, ...rest } = body;
    if (!this.#limitOf(by.client).take(destinations.length)) return { status: STATUS.RTHROTTLED };
    const ids = await this.#ports.ids.next(by.knowsLongIds);
    const answers = await Promise.all(
      destinations.map(async (destination, index) => {
        if ('list' in destination) {
          // We keep no distribution lists.
          return { ton: 0, npi: 0, address: destination.list, status: STATUS.RINVDLNAME };
        }
        const { ton, npi, address } = destination;
        const to = { destAddrTon: ton, destAddrNpi: npi, destinationAddr: address };
        const own = index === 0 ? ids.own : deriveId(ids.own, index);
        const { status } = await this.#submit(
          { ...rest, ...to, command: 'submit_sm' },
          { own, told: ids.told },
          by,
        );
        return { ton, npi, address, status };
      }),
    );
    const unreached: Unreached[] = answers.filter(({ status }) => status !== STATUS.ROK);
    if (unreached.length === destinations.length)
      return { status: unreached[0]?.status ?? STATUS.RSUBMITFAIL };
    return { status: STATUS.ROK, id: ids.told, unreached };
  }

  async query({ messageId: told, sourceAddr }: QueryBody, { client }: Asking): Promise<Answer> {
    const messageId = await this.#ports.ids.messageId(client.system_id, told);
    const found = await this.#ports.find(client, messageId);
    if (found === null) return { status: STATUS.RINVMSGID };
    if (sourceAddr !== '' && sourceAddr !== found.from) return { status: STATUS.RQUERYFAIL };
    const { code, final } = messageState(found.status);
    const finalDate = final && found.changedAt !== null ? absoluteTime(found.changedAt) : '';
    return { status: STATUS.ROK, id: told, query: { finalDate, messageState: code, errorCode: 0 } };
  }

  /** ROK when the message will not be sent; one by its id, for we keep no lists by sender and receiver. */
  async cancel({ messageId: told, sourceAddr }: CancelBody, { client }: Asking): Promise<Answer> {
    if (told === '') return { status: STATUS.RCANCELFAIL };
    const messageId = await this.#ports.ids.messageId(client.system_id, told);
    const found = await this.#ports.find(client, messageId);
    if (found === null) return { status: STATUS.RINVMSGID };
    if (sourceAddr !== '' && sourceAddr !== found.from) return { status: STATUS.RCANCELFAIL };
    const isCancelled = await this.#ports.cancel(client, messageId);
    return { status: isCancelled ? STATUS.ROK : STATUS.RCANCELFAIL };
  }

  /** replace_sm: what was taken is on its way, and is not changed. */
  async replace({ messageId: told }: ReplaceBody, { client }: Asking): Promise<Answer> {
    const messageId = await this.#ports.ids.messageId(client.system_id, told);
    const isKnown = (await this.#ports.find(client, messageId)) !== null;
    return { status: isKnown ? STATUS.RREPLACEFAIL : STATUS.RINVMSGID };
  }

  async #submit(body: Read, ids: MessageIds, { client, logger }: Asking): Promise<Answer> {
    const part = readSubmission(body);
    if (isRefused(part)) return refuse(part.status, part.reason, logger);
    try {
      return { status: STATUS.ROK, id: await this.#ports.messages.take(client, part, ids) };
    } catch (error) {
      if (!(error instanceof VumiError) || error.retry) throw error;
      return refuse(statusOf(error, part.source.address), error.message, logger);
    }
  }

  #limitOf({ system_id: systemId, messages_per_second: perSecond }: ServerClient): RateLimit {
    const own = perSecond * this.#ports.registry.share(systemId);
    const known = this.#limits.get(systemId);
    if (known === undefined) {
      const limit = new RateLimit(own, this.#ports.clock);
      this.#limits.set(systemId, limit);
      return limit;
    }
    known.perSecond = own;
    return known;
  }
}

/** Of the range that SMPP v3.4 leaves to vendors (section 5.1.3): the account has no credit; 402 is its HTTP status. */
const NO_CREDIT = 0x402;

function statusOf({ code }: VumiError, from: string): number {
  if (code === 'credit.insufficient') return NO_CREDIT;
  return code === 'route.none' && from !== '' ? STATUS.RINVSRCADR : STATUS.RSUBMITFAIL;
}

function refuse(status: number, reason: string, logger: Logger): Answer {
  logger.info({ status: statusName(status), reason }, 'a message of an SMPP client was refused');
  return { status };
}

/** UTC as section 7.1.1 writes it: YYMMDDhhmmsstnnp. */
function absoluteTime(iso: string): string {
  return `${new Date(iso).toISOString().replaceAll(/\D/g, '').slice(2, 15)}00+`;
}

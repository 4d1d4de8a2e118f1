import { errorText, type ExchangeBook } from '@vumi/core';
import type { TransportPorts } from '../transport-type.ts';
import { STATUS, statusNamed } from './codec/statuses.ts';
import type { SmppConfig } from './config.ts';
import { Deadlines } from '../sending/deadlines.ts';
import { Inbound, type InboundPorts } from './inbound/inbound.ts';
import { PART, Reassembly } from './inbound/reassembly.ts';
import { createStatusMap } from './inbound/receipt-states.ts';
import { createPatternReader, readReceiptText, readUnmarkedReceipt } from './inbound/receipt-text.ts';
import { compileReceiptPattern } from './options/receiving-options.ts';
import { Operators } from '../numbers/operators.ts';
import { UssdSessions } from './ussd/sessions.ts';
import { deliverExchange } from './pdu-exchange.ts';
import { ReceiptBook, type ReceiptBookPorts } from '../sending/receipts/receipt-book.ts';
import { describeReceipt } from './receipts/describe-receipt.ts';
import { ReceiptIds } from './receipts/receipt-ids.ts';
import { createCharsetTable } from './text/data-coding.ts';

/** What a transport does with what SMSCs deliver, on whatever bind. */
export interface Receiving {
  readonly inbound: Inbound;
  readonly receipts: ReceiptBook;
  /** Looks after what has waited long enough; to be called about once a second. */
  sweep(): void;
}

/** `flush` makes safe what was noted about PDUs. */
export function createReceiving(config: SmppConfig, ports: TransportPorts, flush: () => void): Receiving {
  const { end, state, clock, logger } = ports;
  const prefix = `transport/${end.name}`;
  const deadlines = new Deadlines({ state, clock, prefix });
  const receipts = createReceiptBook(config, ports, deadlines);
  const inbound = new Inbound({
    end,
    logger,
    clock,
    exchanges: ports.exchanges,
    flush,
    receipts,
    classifying: {
      table: createCharsetTable(config.data_coding_overrides),
      ...receiptReaders(config.delivery_report_regex),
      useEsmClass: config.delivery_report_use_esm_class,
    },
    refusals: refusalsOf(config),
    operators: new Operators(config),
    internationalSenders: config.country_code === undefined ? config.international_senders : 'plus',
    ussd: new UssdSessions({
      state,
      prefix,
      dialect: config.ussd_dialect,
      timeoutMs: config.ussd_session_timeout * 1000,
    }),
    createReassembly: (publish) =>
      new Reassembly({
        state,
        clock,
        deadlines,
        publish,
        prefix,
        timeoutMs: config.multipart_timeout * 1000,
      }),
  });
  const look = async (due: string): Promise<void> => {
    if (await receipts.expire(due)) return;
    await inbound.reassembly.expire(due.slice(PART.length));
  };
  return {
    inbound,
    receipts,
    sweep: () => {
      deadlines.visit(look).catch((error: unknown) => {
        logger.warn({ reason: errorText(error) }, 'could not reach the state; trying again later');
      });
    },
  };
}

function receiptReaders(
  pattern: string | undefined,
): Pick<InboundPorts['classifying'], 'readReceipt' | 'readUnmarked'> {
  if (pattern === undefined) return { readReceipt: readReceiptText, readUnmarked: readUnmarkedReceipt };
  const read = createPatternReader(compileReceiptPattern(pattern));
  return { readReceipt: read, readUnmarked: read };
}

function createReceiptBook(config: SmppConfig, ports: TransportPorts, deadlines: Deadlines): ReceiptBook {
  const { end, state, clock, logger, exchanges } = ports;
  const silent = config.disable_delivery_report;
  return new ReceiptBook({
    state,
    clock,
    logger,
    deadlines,
    transport: end.name,
    ...(exchanges === undefined ? {} : { onMatched: noteReceipt(end.name, exchanges) }),
    publishEvent: (event) => (silent ? Promise.resolve() : end.publishEvent(event)),
    statusOf: createStatusMap(config.delivery_report_status_mapping),
    prefix: `transport/${config.split_bind_prefix ?? end.name}`,
    ids: new ReceiptIds(config.receipt_id_base === 'learn' ? null : config.receipt_id_base),
    describe: describeReceipt,
    rememberedMs: config.third_party_id_expiry * 1000,
    finalMs: config.final_dr_third_party_id_expiry * 1000,
    completedMs: config.completed_multipart_info_expiry * 1000,
    parkedMs: config.unmatched_receipt_timeout * 1000,
  });
}

/** A receipt as an exchange about the message that it is for. */
function noteReceipt(transport: string, exchanges: ExchangeBook): NonNullable<ReceiptBookPorts['onMatched']> {
  return (frame, { messageId, at, failed }) =>
    exchanges.note(
      deliverExchange({ messageId, transport, startedAt: at, endedAt: at }, frame, {
        status: STATUS.ROK,
        failed,
      }),
    );
}

function refusalsOf(config: SmppConfig): InboundPorts['refusals'] {
  const name = config.deliver_sm_decoding_error;
  const undecodable = name === undefined ? null : statusNamed(name);
  return {
    undecodable,
    empty: config.allow_empty_messages ? null : (undecodable ?? STATUS.RDELIVERYFAILURE),
    unreadableReceipt: config.unreadable_receipts === 'refuse' ? STATUS.RX_R_APPN : null,
  };
}

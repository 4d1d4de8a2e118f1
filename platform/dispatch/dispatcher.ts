import {
  createFailure,
  deriveId,
  reply,
  VumiError,
  type FailureMessage,
  type Logger,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { Router } from './routers/router.ts';
import { nackOf, optedOutText } from './nack.ts';
import { stampOf, type Stamp } from './stamp.ts';

/** Where messages are written down. A promise resolves when the row is safe. */
export interface MessageRecorder {
  inbound(
    message: UserMessage,
    owner: Stamp | null,
    status: 'received' | 'unrouted' | 'discarded' | 'failed',
  ): Promise<void>;
  outbound(
    message: UserMessage,
    owner: Stamp | null,
    status: 'queued' | 'discarded' | 'failed',
  ): Promise<void>;
  event(event: TransportEvent): Promise<void>;
}

export interface DispatcherPorts {
  /** The router for what a transport sends, or for what comes from an application's connector. */
  readonly routerFor: (connector: string | null) => Router;
  readonly isActive: (account: string) => boolean;
  /** Whether the address wants no message of the owner that it did not ask for. `source` is where the message is from. */
  readonly isOptedOut: (owner: Stamp, address: string, source: string) => Promise<boolean>;
  /** Heeds who writes STOP, and answers with what is to be said to that in place of the app (stop-words.ts). */
  readonly heedStop: (message: UserMessage, owner: Stamp | null) => Promise<string | null>;
  readonly recorder: MessageRecorder;
  readonly publishInbound: (connector: string, message: UserMessage) => Promise<void>;
  readonly publishEvent: (connector: string, event: TransportEvent) => Promise<void>;
  readonly publishOutbound: (connector: string, message: UserMessage) => Promise<void>;
  readonly publishFailure: (connector: string, failure: FailureMessage) => Promise<void>;
  readonly logger: Logger;
}

/** Moves messages between transports and applications. Every promise resolves when the next step is safe (DESIGN §1). */
export interface Dispatcher {
  inbound(message: UserMessage): Promise<void>;
  event(event: TransportEvent): Promise<void>;
  outbound(message: UserMessage, source: string): Promise<void>;
}

export function createDispatcher(ports: DispatcherPorts): Dispatcher {
  const { recorder, logger } = ports;
  const isDiscarded = (owner: Stamp | null): owner is Stamp =>
    owner !== null && !ports.isActive(owner.account);

  const dispatchEvent = async (event: TransportEvent): Promise<void> => {
    const targets = await ports.routerFor(event.transport_name).event(event);
    await Promise.all([
      recorder.event(event),
      ...targets.map(({ connector, message }) => ports.publishEvent(connector, message)),
    ]);
  };

  const refuse = async (message: UserMessage, source: string, error: VumiError): Promise<void> => {
    logger.warn({ messageId: message.message_id, source, reason: error.message }, 'outbound message refused');
    await recorder.outbound(message, stampOf(message), 'failed');
    await ports.publishFailure(source, createFailure(message, error.message, 'permanent'));
    await dispatchEvent(nackOf(message, error.message));
  };

  const outbound = async (message: UserMessage, source: string): Promise<void> => {
    const owner = stampOf(message);
    if (isDiscarded(owner)) {
      await recorder.outbound(message, owner, 'discarded');
      return;
    }
    try {
      const router = ports.routerFor(source);
      const routed = router.outbound(message);
      if (await isUnwanted(message, source, ports)) {
        await router.noteRefused(routed);
        throw new VumiError('optout.refused', optedOutText(message));
      }
      await Promise.all([
        router.noteOutbound(routed),
        ports.publishOutbound(routed.connector, routed.message),
        recorder.outbound(routed.message, owner, 'queued'),
      ]);
    } catch (error) {
      if (!(error instanceof VumiError) || error.retry) throw error;
      await refuse(message, source, error);
    }
  };

  /** In place of the app. */
  const confirmStop = async (message: UserMessage, content: string): Promise<void> => {
    const answer = reply(message, content, { continueSession: false });
    await outbound({ ...answer, message_id: deriveId(message.message_id, 'stop') }, STOP_SOURCE);
    await recorder.inbound(message, stampOf(message), 'received');
  };

  return {
    async inbound(message) {
      const targets = await ports.routerFor(message.transport_name).inbound(message);
      const [first] = targets;
      const confirmation = await ports.heedStop(message, first === undefined ? null : stampOf(first.message));
      if (first !== undefined && confirmation !== null) return confirmStop(first.message, confirmation);
      if (targets.length === 0) {
        logger.info({ messageId: message.message_id, transport: message.transport_name }, 'message unrouted');
        await recorder.inbound(message, null, 'unrouted');
        return;
      }
      await Promise.all(
        targets.map(({ connector, message: copy }) => {
          const owner = stampOf(copy);
          return isDiscarded(owner)
            ? recorder.inbound(copy, owner, 'discarded')
            : ports.publishInbound(connector, copy);
        }),
      );
    },

    event: dispatchEvent,
    outbound,
  };
}

/** Where the platform's own confirmations come from. */
const STOP_SOURCE = 'stop';

/** A reply is wanted: who says STOP is told that it worked. */
async function isUnwanted(
  message: UserMessage,
  source: string,
  { isOptedOut }: Pick<DispatcherPorts, 'isOptedOut'>,
): Promise<boolean> {
  const owner = stampOf(message);
  if (owner === null || message.in_reply_to !== null || message.to_addr === null) return false;
  return isOptedOut(owner, message.to_addr, source);
}

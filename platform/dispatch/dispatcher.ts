import {
  createFailure,
  deriveId,
  reply,
  VumiError,
  type AppRef,
  type FailureMessage,
  type Logger,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { Routed, Router } from './routers/router.ts';
import { nackOf, optedOutText } from './nack.ts';
import { receivable } from './receivable.ts';
import { appOf, stampOf, type Stamp } from './stamp.ts';

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
  /** The address as the network of the connector has it; null when nobody could have it there. */
  readonly readReceiver: (connector: string, address: string) => string | null;
  readonly recorder: MessageRecorder;
  readonly publishInbound: (connector: string, message: UserMessage) => Promise<void>;
  readonly publishEvent: (connector: string, event: TransportEvent) => Promise<void>;
  readonly publishOutbound: (connector: string, message: UserMessage) => Promise<void>;
  readonly publishFailure: (connector: string, failure: FailureMessage) => Promise<void>;
  /** Puts a line into the log of an app: its message had no way out. */
  readonly tellAuthor: (message: UserMessage, ref: AppRef, reason: string) => void;
  readonly logger: Logger;
}

/** Moves messages between transports and applications. Every promise resolves when the next step is safe (DESIGN §1). */
export interface Dispatcher {
  inbound(message: UserMessage): Promise<void>;
  event(event: TransportEvent): Promise<void>;
  outbound(message: UserMessage, source: string): Promise<void>;
}

/** What an author mends: by routes, or in his app. */
const WAYLESS: ReadonlySet<string> = new Set([
  'route.none',
  'route.ambiguous',
  'number.not_assigned',
  'message.invalid_receiver',
  'message.empty',
]);

export function createDispatcher(ports: DispatcherPorts): Dispatcher {
  const { recorder } = ports;
  const event = async (told: TransportEvent): Promise<void> => {
    const targets = await ports.routerFor(told.transport_name).event(told);
    await Promise.all([
      recorder.event(told),
      ...targets.map(({ connector, message }) => ports.publishEvent(connector, message)),
    ]);
  };
  const outbound = createOutbound(ports, event);
  return { inbound: createInbound(ports, outbound), event, outbound };
}

function createOutbound(ports: DispatcherPorts, tell: Dispatcher['event']): Dispatcher['outbound'] {
  const { recorder, logger } = ports;
  const refuse = async (message: UserMessage, source: string, error: VumiError): Promise<void> => {
    logger.warn({ messageId: message.message_id, source, reason: error.message }, 'outbound message refused');
    if (WAYLESS.has(error.code)) tellAuthor(message, error.message, ports);
    await recorder.outbound(message, stampOf(message), 'failed');
    await ports.publishFailure(source, createFailure(message, error.message, 'permanent'));
    await tell(nackOf(message, error.message));
  };
  return async (message, source) => {
    const owner = stampOf(message);
    if (isDiscarded(owner, ports)) {
      await recorder.outbound(message, owner, 'discarded');
      return;
    }
    try {
      const router = ports.routerFor(source);
      const routed = await admit(router.outbound(message), router, source, ports);
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
}

function createInbound(ports: DispatcherPorts, outbound: Dispatcher['outbound']): Dispatcher['inbound'] {
  const { recorder, logger } = ports;
  /** In place of the app. */
  const confirmStop = async (message: UserMessage, content: string): Promise<void> => {
    const answer = reply(message, content, { continueSession: false });
    await outbound({ ...answer, message_id: deriveId(message.message_id, 'stop') }, STOP_SOURCE);
    await recorder.inbound(message, stampOf(message), 'received');
  };
  return async (message) => {
    const targets = await ports.routerFor(message.transport_name).inbound(message);
    const [first] = targets;
    const owner = first === undefined ? null : stampOf(first.message);
    const confirmation = await ports.heedStop(message, owner);
    if (first === undefined) {
      logger.info({ messageId: message.message_id, transport: message.transport_name }, 'message unrouted');
      await recorder.inbound(message, null, 'unrouted');
    } else if (confirmation !== null && !isDiscarded(owner, ports)) {
      await confirmStop(first.message, confirmation);
    } else {
      await Promise.all(
        targets.map(({ connector, message: copy }) => {
          const whose = stampOf(copy);
          return isDiscarded(whose, ports)
            ? recorder.inbound(copy, whose, 'discarded')
            : ports.publishInbound(connector, copy);
        }),
      );
    }
  };
}

/** What may be sent, to the address as its network has it; who sent anything else is told. */
async function admit(
  found: Routed<UserMessage>,
  router: Router,
  source: string,
  ports: DispatcherPorts,
): Promise<Routed<UserMessage>> {
  try {
    const message = receivable(found.message, (address) => ports.readReceiver(found.connector, address));
    if (await isUnwanted(message, source, ports)) {
      throw new VumiError('optout.refused', optedOutText(message));
    }
    return { ...found, message };
  } catch (error) {
    if (error instanceof VumiError && !error.retry) await router.noteRefused(found);
    throw error;
  }
}

function isDiscarded(owner: Stamp | null, { isActive }: Pick<DispatcherPorts, 'isActive'>): owner is Stamp {
  return owner !== null && !isActive(owner.account);
}

/** Where the platform's own confirmations come from. */
const STOP_SOURCE = 'stop';
function tellAuthor(message: UserMessage, reason: string, ports: DispatcherPorts): void {
  const ref = appOf(message);
  if (ref !== null) ports.tellAuthor(message, ref, reason);
}

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

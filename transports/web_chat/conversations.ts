import { createUserMessage, deriveId, errorText, type UserMessage } from '@vumi/core';
import type { PartResult } from '../sending/part-result.ts';
import type { Receipts } from '../sending/receipts/receipts.ts';
import type { Marks } from '../sending/results.ts';
import type { Unsent } from '../socket/outlet.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { WebChatConfig } from './config.ts';
import { framesOf, type ServerFrame } from './frames.ts';
import { isSession } from './session-tokens.ts';
import { MOST_WAITING, VisitorBook, type Visitor, type WaitingMessage } from './visitor-book.ts';

export interface ConversationsPorts extends Pick<TransportPorts, 'end' | 'state' | 'clock' | 'logger'> {
  readonly receipts: Receipts;
  /** Gives frames to the pages of a visitor that are connected. */
  readonly show: (session: string, frames: readonly ServerFrame[]) => void;
}

type Config = Pick<
  WebChatConfig,
  'idle' | 'retention' | 'remembered' | 'transport_type' | 'provider' | 'to_addr'
>;

/** The state is away: the message goes when it is back. */
const LATER: Unsent = { kind: 'unsent', reason: 'throttled' };
/** What is due is looked at in whole seconds. */
const SOONEST_MS = 1000;
const IDLE = 'chat-idle';
const LATE = 'chat-late';

/**
 * What is said between visitors and apps, whoever is connected: sessions begin with the first text and end when nobody has
 * said anything for a while; messages wait for visitors who are away (spec channels §C, web chat).
 */
export class Conversations {
  readonly #config: Config;
  readonly #ports: ConversationsPorts;
  readonly #book: VisitorBook;

  constructor(config: Config, ports: ConversationsPorts) {
    this.#config = config;
    this.#ports = ports;
    const rememberedMs = config.remembered * 1000;
    this.#book = new VisitorBook({ ...ports, transport: ports.end.name, rememberedMs });
    ports.receipts.whenDue((due) => this.#expire(due));
  }

  get toAddr(): string {
    return this.#config.to_addr ?? this.#ports.end.name;
  }

  /** A text as it is to be published; null: it was, before. Rejects while the state is away. */
  async complete(message: UserMessage): Promise<UserMessage | null> {
    const { from_addr: session } = message;
    return this.#book.change(session ?? '', async (visitor, save) => {
      if (visitor?.past.includes(message.message_id) === true) return null;
      if (visitor !== null && this.#isIdle(visitor)) {
        await this.#publishClose(session ?? '', visitor);
        await save({ open: null });
        return { ...message, session_event: 'new' };
      }
      return { ...message, session_event: (visitor?.open ?? null) === null ? 'new' : 'resume' };
    });
  }

  /** A text was published. */
  async published({ from_addr, message_id: id }: UserMessage): Promise<void> {
    const session = from_addr ?? '';
    const { receipts, clock } = this.#ports;
    await this.#book.change(session, async (visitor, save) => {
      const open = visitor?.open ?? id;
      if (open === id) await receipts.deadlines.add(`${IDLE}:${session}:${id}`, this.#config.idle * 1000);
      await save({ open, at: clock(), past: [...(visitor?.past ?? []), id] });
    });
  }

  /** Keeps a message until the visitor has got it, and shows it to him if he is there. */
  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    const session = message.to_addr ?? '';
    if (!isSession(session)) return failed('the address is not one of a visitor: they are random ids');
    const frames = framesOf(message);
    if ('refused' in frames) return failed(frames.refused);
    try {
      return await this.#keep(session, { message, frames }, marks);
    } catch (error) {
      this.#ports.logger.warn({ reason: errorText(error) }, 'a message waits until the state is back');
      return LATER;
    }
  }

  /**
   * Gives `show` what a visitor who has come has not got, after the last message that his page knows of; what is sent
   * after that is shown to whoever is connected by then.
   */
  async resume(
    session: string,
    last: string | null,
    show: (frames: readonly ServerFrame[]) => void,
  ): Promise<void> {
    const waiting = (await this.#book.find(session))?.waiting ?? [];
    const known = waiting.findIndex(({ messageId }) => messageId === last);
    for (const { messageId } of waiting.slice(0, known + 1)) await this.got(session, messageId);
    await this.#book.change(session, async (visitor) =>
      show((visitor?.waiting ?? []).flatMap(({ frames }) => frames)),
    );
  }

  /** A page has got a message, or the part of one that is not the last, which says nothing. */
  async got(session: string, id: string): Promise<void> {
    await this.#book.change(session, async (visitor, save) => {
      if (visitor?.waiting.some(({ messageId }) => messageId === id) !== true) return;
      await this.#ports.receipts.handle({ kind: 'receipt', messageId: id, status: 'delivered' });
      await save(without(visitor, id));
    });
  }

  #keep(
    session: string,
    { message, frames }: { message: UserMessage; frames: readonly ServerFrame[] },
    marks: Marks,
  ): Promise<PartResult> {
    const { message_id: messageId, session_event } = message;
    const { clock, receipts } = this.#ports;
    return this.#book.change(session, async (visitor, save): Promise<PartResult> => {
      if (visitor === null) return failed('nobody with this address has written, or it was too long ago');
      const { waiting, past } = visitor;
      const isKept = past.includes(messageId) || waiting.some((one) => one.messageId === messageId);
      if (isKept) return taken(messageId);
      if (waiting.length >= MOST_WAITING)
        return failed(`the visitor has not got ${MOST_WAITING} messages before this one`);
      await receipts.deadlines.add(`${LATE}:${session}:${messageId}`, this.#config.retention * 1000);
      marks.sending();
      const open = session_event === 'close' ? null : visitor.open;
      await save({ open, at: clock(), waiting: [...waiting, { messageId, frames }] });
      this.#ports.show(session, frames);
      return taken(messageId);
    });
  }

  async #expire(due: string): Promise<boolean> {
    const [kind, session = '', id = ''] = due.split(':');
    if (kind === IDLE) await this.#endIdle(session, id);
    if (kind === LATE) await this.#giveUp(session, id);
    return kind === IDLE || kind === LATE;
  }

  #endIdle(session: string, open: string): Promise<void> {
    return this.#book.change(session, async (visitor, save) => {
      if (visitor?.open !== open) return;
      if (this.#isIdle(visitor)) {
        await this.#publishClose(session, visitor);
        await save({ open: null });
        return;
      }
      const leftMs = this.#config.idle * 1000 - this.#book.silence(visitor);
      await this.#ports.receipts.deadlines.add(`${IDLE}:${session}:${open}`, Math.max(SOONEST_MS, leftMs));
    });
  }

  #giveUp(session: string, messageId: string): Promise<void> {
    return this.#book.change(session, async (visitor, save) => {
      if (visitor?.waiting.some((one) => one.messageId === messageId) !== true) return;
      const metadata = { reason: 'the visitor did not come for it' };
      await this.#ports.receipts.handle({ kind: 'receipt', messageId, status: 'failed', metadata });
      await save(without(visitor, messageId));
    });
  }

  #isIdle(visitor: Visitor): boolean {
    return visitor.open !== null && this.#book.silence(visitor) >= this.#config.idle * 1000;
  }

  /** However often it is published, it is the same message. */
  #publishClose(session: string, { open }: Visitor): Promise<void> {
    const { end } = this.#ports;
    const { transport_type, provider } = this.#config;
    return end.publishInbound(
      createUserMessage({
        message_id: deriveId(end.name, session, 'close', open ?? ''),
        transport_name: end.name,
        transport_type,
        provider: provider ?? null,
        from_addr: session,
        to_addr: this.toAddr,
        session_event: 'close',
        content: null,
      }),
    );
  }
}

function without(
  { waiting, past }: Visitor,
  id: string,
): { waiting: readonly WaitingMessage[]; past: readonly string[] } {
  return { waiting: waiting.filter(({ messageId }) => messageId !== id), past: [...past, id] };
}

function taken(remoteId: string): PartResult {
  return { kind: 'ok', remoteId };
}

function failed(reason: string): PartResult {
  return { kind: 'failed', reason };
}

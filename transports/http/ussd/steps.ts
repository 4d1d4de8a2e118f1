import {
  createUserMessage,
  deriveId,
  errorText,
  Lanes,
  type KeyedState,
  type Logger,
  type UserMessage,
} from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import type { PartResult } from '../../sending/part-result.ts';
import { plain } from '../answers.ts';
import type { ChannelRequest } from '../channel.ts';
import { NO_REQUEST, type Asked, type HeldReplies, type NoReply } from '../held-replies.ts';
import type { MessageConfig } from '../options.ts';
import type { Marks } from '../../sending/results.ts';
import type { UssdDialect, UssdScreen, UssdSession, UssdStep } from './dialect.ts';
import { cleanText, fitScreen } from './fit-screen.ts';
import type { UssdConfig } from './options.ts';
import { lastingId, nextTurn, type Session } from './turn.ts';

export interface UssdStepsPorts<C> {
  readonly transport: string;
  readonly dialect: UssdDialect<C>;
  readonly config: C & MessageConfig;
  readonly held: HeldReplies;
  readonly state: KeyedState;
  readonly clock: () => number;
  readonly logger: Logger;
  publish(message: UserMessage): Promise<void>;
  /** A step of ours could not be taken: told to whoever looks. */
  onFailed(error: unknown): void;
}

interface StepRequest {
  readonly request: ChannelRequest;
  readonly gone: AbortSignal;
  /** Called with the message that it makes, before that is published. */
  readonly onMessage: (messageId: string) => void;
}

/** What a request will be answered; in a box, so that nobody waits for it who holds the session. */
interface Begun {
  readonly answer: Promise<HttpAnswer> | HttpAnswer;
}

const LONGEST_NAME = 200;

type Step = StepRequest & { readonly step: UssdStep; readonly key: string };

/** Sessions of USSD whose steps wait for the replies of apps (spec channels §1.4, §1.5). */
export class UssdSteps<C> {
  readonly #ports: UssdStepsPorts<C>;
  readonly #options: UssdConfig;
  readonly #lanes = new Lanes();
  /** The key of the session in which a message waits for its reply. */
  readonly #waiting = new Map<string, string>();

  constructor(ports: UssdStepsPorts<C>) {
    this.#ports = ports;
    this.#options = ports.dialect.options(ports.config);
  }

  /** The response to a step. Never rejects: what goes wrong here ends the session with a text. */
  async take(step: UssdStep, asked: StepRequest): Promise<HttpAnswer> {
    const key = `transport/${this.#ports.transport}/ussd/${shortened(step.session ?? step.from ?? '')}`;
    try {
      const begun = await this.#lanes.run(key, 1, () => this.#begin({ ...asked, step, key }));
      return await begun.answer;
    } catch (error) {
      this.#ports.onFailed(error);
      // The end of a session has no screen: the network is to say it again.
      if (step.event === 'close') return { status: 503, headers: { 'retry-after': '2' } };
      return this.#say(this.#options.error_message, this.#about(asked.request, sessionOf(step, null)));
    }
  }

  /** Shows a reply. Resolves when it is in the hands of the network. */
  async reply(message: UserMessage, marks: Pick<Marks, 'sending'>): Promise<PartResult> {
    const { held, dialect, logger } = this.#ports;
    const id = message.in_reply_to ?? '';
    const isClosing = message.session_event === 'close';
    const text = cleanText(message.content);
    if (text === '' && !(isClosing && dialect.silentEnd === true))
      return { kind: 'failed', reason: 'Missing fields: content' };
    const { max_length, too_long } = this.#options;
    const fitted = fitScreen(text, max_length);
    if (fitted.wasCut && too_long === 'reject')
      return { kind: 'failed', reason: `the text is longer than a screen of ${max_length} septets` };
    if (fitted.wasCut) logger.warn({ messageId: message.message_id }, 'a text was cut to fit a screen');
    const key = this.#waiting.get(id);
    if (isClosing && key !== undefined) await this.#forget(key, id);
    const shown = { ...message, content: fitted.text };
    return (await held.reply(shown, () => marks.sending())) ?? NO_REQUEST;
  }

  async #begin(asked: Step): Promise<Begun> {
    const { step, key, request } = asked;
    const { held, transport, clock, state } = this.#ports;
    const text = await state.get(key);
    const known = text === null ? null : (JSON.parse(text) as Session);
    if (step.asks !== undefined) return { answer: step.asks(known !== null) };
    if (step.event === 'close') return { answer: await this.#end(asked, known) };
    const next = nextTurn(step, known, {
      ...this.#options,
      transport,
      now: clock(),
      isWaiting: (messageId) => held.has(messageId),
    });
    const view = sessionOf(step, next ?? known);
    const id = next?.messageId ?? lastingId(step, transport);
    const answers = this.#answers(asked, view, id ?? '');
    const repeated = id === null ? null : held.repeat(id, answers);
    if (repeated !== null) return { answer: repeated };
    if (next === null) return { answer: this.#unknown(this.#about(request, view)) };
    if (held.isFull) return { answer: answers.none('stopped') };
    await state.set(key, JSON.stringify(next), this.#options.ussd_session_timeout * 1000);
    return { answer: this.#hold(asked, next, answers) };
  }

  #hold({ step, key, onMessage }: Step, session: Session, answers: Asked): Promise<HttpAnswer> {
    const { held } = this.#ports;
    const { messageId } = session;
    onMessage(messageId);
    this.#waiting.set(messageId, key);
    const answer = held.hold(messageId, answers).finally(() => this.#waiting.delete(messageId));
    this.#ports.publish(this.#messageOf(step, session)).catch((error: unknown) => {
      this.#ports.onFailed(error);
      held.drop(messageId, 'not published');
    });
    return answer;
  }

  /** What is not published is not forgotten either: the network says the end of a session again. */
  async #end(asked: Step, known: Session | null): Promise<HttpAnswer> {
    const { step, key, request, onMessage } = asked;
    const { dialect, state } = this.#ports;
    if (known !== null) {
      const messageId = deriveId(known.ids, 'close');
      const end: Session = { ...known, messageId, event: 'close', content: step.input };
      onMessage(messageId);
      await this.#ports.publish(this.#messageOf(step, end));
      await state.delete(key);
    }
    const about = this.#about(request, sessionOf(step, known));
    const unknown = known === null ? dialect.unknown?.(about) : undefined;
    return unknown ?? dialect.ended?.(about) ?? plain(200, '');
  }

  #messageOf(step: UssdStep, session: Session): UserMessage {
    const { transport_type, provider } = this.#ports.config;
    return createUserMessage({
      message_id: session.messageId,
      transport_name: this.#ports.transport,
      transport_type,
      provider: session.provider ?? provider ?? null,
      from_addr: session.from,
      to_addr: session.to,
      content: session.content,
      session_event: session.event,
      transport_metadata: {
        ...(step.session === undefined ? {} : { session_id: step.session }),
        ...step.metadata,
      },
      ...(step.helper === undefined ? {} : { helper_metadata: { ...step.helper } }),
    });
  }

  #answers({ request, gone, key }: Step, view: UssdSession, messageId: string): Asked {
    const about = this.#about(request, view);
    const { timeout_message, error_message } = this.#options;
    return {
      gone,
      reply: ({ content, session_event }) =>
        this.#ports.dialect.screen({ ...about, content: content ?? '', close: session_event === 'close' }),
      none: (why: NoReply) => {
        void this.#forget(key, messageId);
        return this.#say(why === 'timeout' ? timeout_message : error_message, about);
      },
    };
  }

  #about(request: ChannelRequest, session: UssdSession): Omit<UssdScreen<C>, 'content' | 'close'> {
    return { request, session, config: this.#ports.config };
  }

  #say(content: string, about: Omit<UssdScreen<C>, 'content' | 'close'>): HttpAnswer {
    return this.#ports.dialect.screen({ ...about, content, close: true });
  }

  #unknown(about: Omit<UssdScreen<C>, 'content' | 'close'>): HttpAnswer {
    return this.#ports.dialect.unknown?.(about) ?? this.#say(this.#options.session_ended_message, about);
  }

  /** The session ends with the answer to this message, unless another has begun under its key. Never rejects. */
  async #forget(key: string, messageId: string): Promise<void> {
    const { state, logger } = this.#ports;
    try {
      await this.#lanes.run(key, 1, async () => {
        const text = await state.get(key);
        if (text !== null && (JSON.parse(text) as Session).messageId === messageId) await state.delete(key);
      });
    } catch (error) {
      logger.warn({ reason: errorText(error) }, 'a session that has ended was not forgotten');
    }
  }
}

/** Nobody's names for sessions are so long; what is longer is no reason to keep such keys. */
function shortened(name: string): string {
  return name.length > LONGEST_NAME ? deriveId(name) : name;
}

function sessionOf(step: UssdStep, session: Session | null): UssdSession {
  const { from = '', to = '', provider = null, keep = {} } = session ?? step;
  return { id: step.session ?? from, from, to, provider, keep };
}

import { bodyOf, Lanes, type TransportEvent, type UserMessage } from '@vumi/core';
import { defineApplication, type ApplicationHandlers, type ApplicationPorts } from '../base/application.ts';
import { replyId, type Turn } from '../base/turn.ts';
import type { Post, Receiver } from '../receiver/receiver.ts';
import { basicAuthorization, createReceiver } from '../receiver/receiver-options.ts';
import { textOfAnswer } from '../receiver/verdict.ts';
import { httpRelayConfigSchema, type HttpRelayConfig } from './options.ts';
import { Sequences } from './sequences.ts';

/** Lower case, as Node has them. */
const REPLY_HEADER = 'x-vumi-httprelay-reply';
const CLOSE_HEADER = 'x-vumi-httprelay-close';
/** Events of a reply are told with the user's number for so long. */
const RECEIVER_TTL_MS = 7 * 24 * 3600 * 1000;

/** Something to post: its id, and whose it is, when that is known. */
interface Letter {
  readonly id: string;
  readonly user: string | null;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly check: () => void;
}

/** Posts what users write, and what becomes of the answers, to a URL; each user's in order (spec vumi-core §6). */
class HttpRelay implements ApplicationHandlers {
  readonly onCloseSession;
  readonly #config: HttpRelayConfig;
  readonly #worker: string;
  readonly #receiver: Receiver;
  readonly #sequences: Sequences;
  readonly #ports: Pick<ApplicationPorts, 'checkAccount'>;
  readonly #lanes = new Lanes();
  #replies = 0;

  constructor(config: HttpRelayConfig, ports: ApplicationPorts) {
    this.#config = config;
    this.#worker = ports.name;
    this.#ports = ports;
    this.#receiver = createReceiver(config, ports);
    this.#sequences = new Sequences(ports.name, ports.state);
    this.onCloseSession = (message: UserMessage, turn: Turn): Promise<void> =>
      config.relay_close_session ? this.onMessage(message, turn) : Promise.resolve();
  }

  async onMessage(message: UserMessage, turn: Turn): Promise<void> {
    const answer = await this.#post({
      id: message.message_id,
      user: message.from_addr,
      url: this.#config.url,
      headers: { 'x-vumi-reply-id': replyId(message.message_id, this.#worker) },
      body: bodyOf(message),
      check: () => this.#ports.checkAccount(message),
    });
    const isReply = answer.status === 200 && isTrue(answer.headers[REPLY_HEADER]);
    const content = isReply ? textOfAnswer(answer).trim() : '';
    if (content === '') return;
    const id = turn.reply(message, content, { continueSession: !isTrue(answer.headers[CLOSE_HEADER]) });
    turn.state.set(receiverKey(id), message.from_addr, RECEIVER_TTL_MS);
    this.#replies += 1;
  }

  async onEvent(event: TransportEvent, turn: Turn): Promise<void> {
    const user = await turn.state.get(receiverKey(event.user_message_id));
    await this.#post({
      id: event.event_id,
      user: typeof user === 'string' ? user : null,
      url: this.#config.event_url ?? this.#config.url,
      body: bodyOf(event),
      check: () => this.#ports.checkAccount(event),
    });
  }

  status() {
    return this.#receiver.status();
  }

  gauges() {
    return { ...this.#receiver.gauges(), replies_total: this.#replies };
  }

  /** Of one user one thing after another; of whom nobody knows whose it is has no number. */
  async #post(letter: Letter) {
    const { user, url } = letter;
    if (user === null) return this.#deliver(letter, {});
    const stream = url === this.#config.url ? 'url' : 'event_url';
    return this.#lanes.run(`${stream}/${user}`, 1, async () => {
      const number = await this.#sequences.numberOf(letter.id, { stream, user });
      return this.#deliver(letter, {
        'x-vumi-user': encodeURIComponent(user.toWellFormed()),
        'x-vumi-sequence': String(number),
      });
    });
  }

  #deliver({ id, url, body, headers, check }: Letter, more: Post['headers']) {
    const { http_method, username, password } = this.#config;
    return this.#receiver.deliver({
      id,
      method: http_method,
      url,
      body,
      check,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': id,
        ...basicAuthorization(username, password),
        ...headers,
        ...more,
      },
    });
  }
}

function receiverKey(messageId: string): string {
  return `receiver/${messageId}`;
}

function isTrue(header: string | string[] | undefined): boolean {
  return typeof header === 'string' && header.trim().toLowerCase() === 'true';
}

/**
 * Vumi's HTTP relay. Different from Vumi's: requests have a Content-Type and time out; what was not taken is posted
 * again, in order, instead of being lost; nacks are told too.
 */
export const httpRelay = defineApplication({
  type: 'http_relay',
  aliases: ['vumi.application.http_relay.HTTPRelayApplication', 'HTTPRelayApplication'],
  summary: 'Posts messages and events to a URL, whose answers may be replies',
  configSchema: httpRelayConfigSchema,
  placement: 'one',
  endpoints: null,
  // The relay itself knows how often it has tried.
  maxAttempts: 1,
  start: (config, ports) => Promise.resolve(new HttpRelay(config, ports)),
});

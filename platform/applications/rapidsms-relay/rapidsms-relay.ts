import {
  bodyOf,
  errorText,
  newId,
  parseInput,
  parseUserMessage,
  VumiError,
  type UserMessage,
} from '@vumi/core';
import { isSameSecret, readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import { z } from 'zod';
import { defineApplication, type ApplicationHandlers, type ApplicationPorts } from '../base/application.ts';
import { stateKey, type Turn } from '../base/turn.ts';
import type { Receiver } from '../receiver/receiver.ts';
import { basicAuthorization, createReceiver } from '../receiver/receiver-options.ts';
import { rapidSmsRelayConfigSchema, type RapidSmsRelayConfig } from './options.ts';

const METHODS = ['POST', 'PUT'];

/** What RapidSMS wants sent; what else it says is of no concern. */
const orderSchema = z.object({
  content: z.string(),
  to_addr: z.array(z.string().min(1)).min(1),
  in_reply_to: z.string().nullish(),
  endpoint: z.string().nullish(),
});

/** Brings messages to RapidSMS and sends what it answers, which it does in requests of its own (spec vumi-core §6). */
class RapidSmsRelay implements ApplicationHandlers {
  readonly #config: RapidSmsRelayConfig;
  readonly #ports: ApplicationPorts;
  readonly #receiver: Receiver;

  constructor(config: RapidSmsRelayConfig, ports: ApplicationPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#receiver = createReceiver(config, ports);
  }

  async onMessage(message: UserMessage): Promise<void> {
    const { rapidsms_url, rapidsms_http_method, rapidsms_username, rapidsms_password } = this.#config;
    // RapidSMS may reply before it has answered this.
    if (this.#config.allow_replies)
      await this.#ports.state.set(
        this.#key(message.message_id),
        bodyOf(message),
        Math.ceil(this.#config.vumi_reply_timeout * 1000),
      );
    await this.#receiver.deliver({
      id: message.message_id,
      method: rapidsms_http_method,
      url: rapidsms_url,
      body: bodyOf(message),
      check: () => this.#ports.checkAccount(message),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': message.message_id,
        ...basicAuthorization(rapidsms_username, rapidsms_password),
      },
    });
  }

  onCloseSession(message: UserMessage): Promise<void> {
    return this.onMessage(message);
  }

  status() {
    return this.#receiver.status();
  }

  gauges() {
    return this.#receiver.gauges();
  }

  async answer(request: HttpRequest): Promise<HttpAnswer> {
    if (!this.#isKnown(request.headers.authorization)) {
      return json(401, { error: 'wrong name or password' }, { 'www-authenticate': 'Basic realm="vumi"' });
    }
    try {
      const sent = await this.#order(request);
      return json(200, sent);
    } catch (error) {
      if (!(error instanceof VumiError) || error.outage) throw error;
      return json(400, {
        error: errorText(error),
        ...(error.field === undefined ? {} : { field: error.field }),
      });
    }
  }

  /** An order that is repeated with its `Idempotency-Key` is carried out once. */
  async #order({ body, headers }: HttpRequest): Promise<readonly UserMessage[]> {
    const order = parseInput(orderSchema, parseBody(body));
    const { content, to_addr, in_reply_to: asked, endpoint } = order;
    const original = typeof asked === 'string' ? await this.#original(asked, to_addr) : null;
    const key = headers['idempotency-key'];
    return this.#ports.turn(`order/${typeof key === 'string' ? key : newId()}`, (turn: Turn) => {
      if (original !== null) turn.reply(original, content);
      else
        for (const address of to_addr)
          turn.send(address, content, typeof endpoint === 'string' ? { endpoint } : {});
      return Promise.resolve();
    });
  }

  async #original(id: string, receivers: readonly string[]): Promise<UserMessage> {
    if (!this.#config.allow_replies) throw refusal('replies are switched off: send without "in_reply_to"');
    const text = await this.#ports.state.get(this.#key(id));
    if (text === null)
      throw refusal(
        `there is no message "${id}", or it is too old to be replied to: send without "in_reply_to"`,
      );
    const original = parseUserMessage(text);
    if (receivers.length !== 1 || receivers[0] !== original.from_addr)
      throw refusal(`a reply to this message goes to ["${original.from_addr}"]`, 'to_addr');
    return original;
  }

  #isKnown(authorization: string | undefined): boolean {
    const { vumi_username = '', vumi_password = '' } = this.#config;
    if (vumi_username === '') return true;
    const given = readBasic(authorization);
    return (
      given !== null &&
      isSameSecret(given.username, vumi_username) &&
      isSameSecret(given.password, vumi_password)
    );
  }

  #key(messageId: string): string {
    return stateKey(this.#ports.name, 'messages', messageId);
  }
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    throw new VumiError('request.not_json', `the body is no JSON: ${errorText(error)}`, { cause: error });
  }
}

function refusal(text: string, field = 'in_reply_to'): VumiError {
  return new VumiError('request.invalid', text, { field });
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

async function startRelay(
  config: RapidSmsRelayConfig,
  ports: ApplicationPorts,
): Promise<ApplicationHandlers> {
  const relay = new RapidSmsRelay(config, ports);
  await using stack = new AsyncDisposableStack();
  const { web_port: port, web_host: host, web_path } = config;
  const place = port === undefined ? ports.http : stack.use(await ports.http.listen({ host, port }));
  stack.use(await place.mount(web_path, (request) => relay.answer(request), { methods: METHODS }));
  const hooks = stack.move();
  return {
    onMessage: (message) => relay.onMessage(message),
    onCloseSession: (message) => relay.onCloseSession(message),
    status: () => relay.status(),
    gauges: () => relay.gauges(),
    [Symbol.asyncDispose]: () => hooks.disposeAsync(),
  };
}

/**
 * Vumi's RapidSMS relay. Different from Vumi's: `allow_replies: false` does not break what comes in, what RapidSMS has
 * not taken is posted again, and an order may be repeated safely.
 */
export const rapidSmsRelay = defineApplication({
  type: 'rapidsms_relay',
  aliases: ['vumi.application.rapidsms_relay.RapidSMSRelay', 'RapidSMSRelay'],
  summary: 'Posts messages to RapidSMS and sends what RapidSMS posts',
  configSchema: rapidSmsRelayConfigSchema,
  placement: 'one',
  endpoints: null,
  maxAttempts: 1,
  start: startRelay,
});

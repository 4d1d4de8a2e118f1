import {
  createUserMessage,
  DEFAULT_ENDPOINT,
  deriveId,
  reply,
  replyGroup,
  send,
  suggestion,
  VumiError,
  type KeyedState,
  type ReplyOptions,
  type StateWrite,
  type UserMessage,
} from '@vumi/core';

export interface SendOptions {
  /** One of those that the application may use. Default: `default`. */
  readonly endpoint?: string;
  /** Win over the options that `send_to` has for the endpoint. */
  readonly fields?: Partial<UserMessage>;
}

/** What the application remembers, of everybody; JSON values. Writes take effect with all that the turn does. */
export interface TurnState {
  /** Null when there is none; sees what the turn has written. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttlMs?: number): void;
  delete(key: string): void;
}

/**
 * One run of a handler. What it says and writes takes effect in one step when the handler has resolved, once, whatever
 * dies whenever; nothing does when it rejects (DESIGN §4).
 */
export interface Turn {
  readonly state: TurnState;
  /** Answers a message, which need not be the one of this turn. The id of what will be sent. */
  reply(to: UserMessage, content: string | null, options?: ReplyOptions): string;
  /** Answers everybody in the group that a message came from. */
  replyToGroup(to: UserMessage, content: string | null, options?: ReplyOptions): string;
  /** A message that answers nothing. */
  send(toAddr: string, content: string | null, options?: SendOptions): string;
}

export interface TurnOptions {
  readonly worker: string;
  /** Endpoints that may be sent from; null: any. */
  readonly endpoints: readonly string[] | null;
  readonly sendTo: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly state: KeyedState;
}

/** Where what an application keeps stands in the state. */
export function stateKey(worker: string, ...path: readonly string[]): string {
  return ['application', worker, ...path].join('/');
}

/** A turn that gathers what its handler does. */
export class GatheringTurn implements Turn {
  readonly state: BufferedState;
  readonly messages: UserMessage[] = [];
  readonly #id: string;
  readonly #options: TurnOptions;

  /** Messages get ids that are made of the turn's id, so that a rerun makes the same ones. */
  constructor(id: string, options: TurnOptions) {
    this.#id = id;
    this.#options = options;
    this.state = new BufferedState(options);
  }

  reply(to: UserMessage, content: string | null, options: ReplyOptions = {}): string {
    return this.#say(reply(to, content, options));
  }

  replyToGroup(to: UserMessage, content: string | null, options: ReplyOptions = {}): string {
    return this.#say(replyGroup(to, content, options));
  }

  send(toAddr: string, content: string | null, options: SendOptions = {}): string {
    const { endpoint = DEFAULT_ENDPOINT, fields = {} } = options;
    const { endpoints, sendTo } = this.#options;
    if (endpoints !== null && !endpoints.includes(endpoint)) {
      throw new VumiError(
        'request.invalid',
        `this application does not send by endpoint "${endpoint}"${suggestion(endpoint, endpoints)}`,
        { field: 'endpoint' },
      );
    }
    return this.#say(
      createUserMessage({
        ...send(toAddr, content),
        ...sendTo[endpoint],
        ...fields,
        to_addr: toAddr,
        from_addr: fields.from_addr ?? textOf(sendTo[endpoint]?.['from_addr']),
        routing_metadata: { endpoint_name: endpoint },
      }),
    );
  }

  #say(message: UserMessage): string {
    const id = replyId(this.#id, this.#options.worker, this.messages.length);
    this.messages.push({ ...message, message_id: id });
    return id;
  }
}

/** The id of the n-th message (0, 1, …) that an application sends because of another, or of an event. */
export function replyId(cause: string, worker: string, n = 0): string {
  return deriveId(cause, worker, n);
}

/** YAML reads a short code as a number. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

class BufferedState implements TurnState {
  readonly #options: TurnOptions;
  readonly #writes = new Map<string, StateWrite>();

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  get writes(): StateWrite[] {
    return [...this.#writes.values()];
  }

  async get(key: string): Promise<unknown> {
    const written = this.#writes.get(key);
    if (written !== undefined) return written.op === 'set' ? (JSON.parse(written.value) as unknown) : null;
    const text = await this.#options.state.get(this.#key(key));
    return text === null ? null : (JSON.parse(text) as unknown);
  }

  set(key: string, value: unknown, ttlMs?: number): void {
    const write = { op: 'set', key: this.#key(key), value: JSON.stringify(value) } as const;
    this.#writes.set(key, ttlMs === undefined ? write : { ...write, ttlMs });
  }

  delete(key: string): void {
    this.#writes.set(key, { op: 'delete', key: this.#key(key) });
  }

  #key(key: string): string {
    return stateKey(this.#options.worker, 'state', key);
  }
}

import { createUserMessage, deriveId, errorText, newId, type UserMessage } from '@vumi/core';
import type { ChannelNumbers } from '../numbers/channel-numbers.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { Reading } from './channel.ts';
import type { MessageConfig } from './options.ts';
import { PartJoin, type PartJoinPorts, type TextPart } from './part-join.ts';

export type MessageReading = Extract<Reading, { readonly kind: 'message' }>;

export interface InboundPorts extends Pick<TransportPorts, 'end' | 'state' | 'clock' | 'logger'> {
  readonly config: MessageConfig;
  readonly numbers: ChannelNumbers;
  readonly health: ComponentHealth;
  /** Where the parts of long texts are looked after; absent: texts come whole. */
  readonly joining?: {
    readonly deadlines: PartJoinPorts<UserMessage>['deadlines'];
    whenDue(expire: (due: string) => Promise<boolean>): void;
  };
}

/** What users of a channel write, as messages that are published. */
export class Inbound {
  readonly #ports: InboundPorts;
  readonly #join: PartJoin<UserMessage> | null;

  constructor(ports: InboundPorts) {
    this.#ports = ports;
    this.#join = ports.joining === undefined ? null : this.#createJoin(ports.joining);
  }

  messageOf({ id, fields }: MessageReading): UserMessage {
    const { end, config, numbers } = this.#ports;
    const { transport_type, provider } = config;
    return createUserMessage({
      transport_type,
      provider: provider ?? null,
      ...fields,
      ...numbers.known({ from_addr: fields.from_addr, provider: fields.provider ?? provider ?? null }),
      transport_name: end.name,
      message_id: id === undefined ? newId() : deriveId(end.name, id),
    });
  }

  async publish(message: UserMessage): Promise<void> {
    await this.#ports.end.publishInbound(message);
    this.#ports.health.report({
      component: 'request',
      status: 'ok',
      type: 'listening',
      message: 'takes requests',
    });
  }

  /** Resolves when it is durable: published, or kept until the other parts of its text have come. */
  publishPart(message: UserMessage, part: TextPart | undefined): Promise<void> {
    if (this.#join === null || part === undefined || part.total < 2) return this.publish(message);
    const { from_addr: from, to_addr: to, content } = message;
    return this.#join.add({ from: from ?? '', to: to ?? '', content: content ?? '', part, about: message });
  }

  noteFailure(error: unknown): void {
    const reason = errorText(error);
    this.#ports.logger.error({ reason }, 'a request was not taken');
    const message = `messages cannot be published: ${reason}`;
    this.#ports.health.report({ component: 'request', status: 'down', type: 'not_published', message });
  }

  #createJoin(joining: NonNullable<InboundPorts['joining']>): PartJoin<UserMessage> {
    const { end, state, clock } = this.#ports;
    const join = new PartJoin<UserMessage>({
      state,
      clock,
      deadlines: joining.deadlines,
      prefix: `transport/${end.name}`,
      publish: ({ content, about, missing }) => {
        const { transport_metadata: metadata } = about;
        const more = missing.length === 0 ? {} : { missing_parts: missing };
        return this.publish({ ...about, content, transport_metadata: { ...metadata, ...more } });
      },
    });
    joining.whenDue((due) => join.expire(due));
    return join;
  }
}

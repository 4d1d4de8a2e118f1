import { createUserMessage, type UserMessage } from '@vumi/core';
import { MemoryState } from '@vumi/state/memory';
import { DEFAULT_LIMITS } from '../limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { callResource } from './registry.ts';
import { TurnEffects, type TurnScope } from './turn-scope.ts';

const REF = { account: 'clinic', app: 'hello' };
const NOW = Date.UTC(2026, 10, 24, 8);

let lastMessage = 0;

/** One run after the other of an app's handler, as resources see them; what a run leaves is there for the next. */
export class Runs {
  readonly records = new MemoryRecords();
  readonly state = new MemoryState();
  /** Whose handler runs. */
  app: Pick<TurnScope['app'], 'kind' | 'settings'> = { kind: 'sdk', settings: { config: {}, secrets: {} } };
  turn = this.begin();

  /** A run for another message. The one before is dropped unless it was committed. */
  begin(fields: Partial<UserMessage> = {}): TurnScope {
    lastMessage += 1;
    const message = createUserMessage({
      message_id: String(lastMessage).padStart(32, '0'),
      from_addr: '+27761234567',
      to_addr: '12345',
      content: 'hello',
      transport_name: 'smpp',
      transport_type: 'sms',
      ...fields,
    });
    this.turn = this.again({ ref: REF, id: message.message_id, message });
    return this.turn;
  }

  /** The same message from the beginning. */
  again(origin: TurnScope['origin'] = this.turn.origin): TurnScope {
    this.turn = {
      origin,
      app: { limits: DEFAULT_LIMITS, ...this.app } as TurnScope['app'],
      now: NOW + lastMessage,
      records: this.records,
      endpoints: null,
      effects: new TurnEffects(),
      state: this.state,
      drawLink: (id, index) => `${id.slice(-14)}${String(index).padStart(2, '0')}`,
      call: 1,
    };
    return this.turn;
  }

  commit(): void {
    this.records.apply({ marker: this.turn.origin.id, ...REF, effects: this.turn.effects.store });
    this.begin();
  }

  /** "async", so that what is refused at once rejects too. */
  async call<T = Record<string, never>>(name: string, args: object = {}): Promise<T> {
    return (await callResource(name, args, this.turn)) as T;
  }
}

import type { SimulatedMessage, Simulator } from './ports.ts';

/** A simulator that writes down what it is told; every phone shows a reply. */
export interface MemorySimulator extends Simulator {
  readonly written: SimulatedMessage[];
  readonly faults: unknown[];
}

export function createMemorySimulator(): MemorySimulator {
  const written: SimulatedMessage[] = [];
  const faults: unknown[] = [];
  const asked: object[] = [];
  let script: object = {};
  return {
    written,
    faults,
    inject: async (message) => ({ message_id: `mo-${written.push(message)}` }),
    messages: ({ address }) => {
      const replies = written.map(({ from_addr, to_addr }) => ({
        from_addr: to_addr,
        to_addr: from_addr,
        content: 'reply',
      }));
      return replies.filter(({ to_addr }) => address === undefined || to_addr === address);
    },
    get script() {
      return script;
    },
    replaceScript: (next) => {
      script = next;
    },
    sessions: () => [{ session: 1, system_id: 'me', state: 'bound_trx', in_flight: 0 }],
    fail: (fault) => faults.push(fault),
    outbind: (esme) =>
      esme.port === 1 ? Promise.reject(new Error('refused')) : Promise.resolve(void asked.push(esme)),
    counts: () => ({ submits: written.length }),
    seen: (atLeast) => [{ count: atLeast }],
    resetCounts: () => written.splice(0),
    log: (filter) => [{ command: 'submit_sm', ...filter }],
  };
}

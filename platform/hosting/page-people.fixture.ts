import type { PageScope } from '@vumi/core';
import type { HostingPorts, PageContact, PageMessage, PageSend } from './ports.ts';

type Ports = Pick<HostingPorts, 'grants' | 'people' | 'messages' | 'send' | 'countSend'>;

/** People of an account `demo` whose app is `quiz`, in memory. */
export interface PagePeople {
  readonly granted: PageScope[];
  readonly contacts: PageContact[];
  readonly messages: PageMessage[];
  readonly sent: PageSend[];
  readonly uses: { readonly viewer: string; readonly numbers: number }[];
  readonly ports: Ports;
  reset(): void;
}

export function createPagePeople(): PagePeople {
  const counts = new Map<string, number>();
  const kept = {
    granted: [] as PageScope[],
    contacts: [] as PageContact[],
    messages: [] as PageMessage[],
    sent: [] as PageSend[],
    uses: [] as { viewer: string; numbers: number }[],
  };
  return {
    ...kept,
    ports: portsOf(kept, counts),
    reset: () => {
      for (const list of Object.values(kept)) list.length = 0;
      counts.clear();
    },
  };
}

function portsOf(kept: Omit<PagePeople, 'ports' | 'reset'>, counts: Map<string, number>): Ports {
  return {
    grants: {
      held: async () => [...kept.granted],
      countNumbers: async (_ref, { viewer, numbers }) => void kept.uses.push({ viewer, numbers }),
    },
    people: {
      list: async (account, { words, group, cursor = '0', limit }) => {
        const wanted = kept.contacts.filter(
          ({ name, surname, groups }) =>
            account === 'demo' &&
            words.every((word) => `${name} ${surname}`.toLowerCase().includes(word)) &&
            (group === undefined || groups.includes(group)),
        );
        const end = Number(cursor) + limit;
        return {
          items: wanted.slice(Number(cursor), end),
          next_cursor: end < wanted.length ? String(end) : null,
        };
      },
      find: async (account, address) =>
        account === 'demo' ? (kept.contacts.find((one) => one.address === address) ?? null) : null,
    },
    messages: async (_ref, { address, limit }) => ({
      items: kept.messages
        .filter(({ from_addr, to_addr }) => address === undefined || [from_addr, to_addr].includes(address))
        .slice(0, limit),
      next_cursor: null,
    }),
    send: async (_ref, message) => {
      kept.sent.push(message);
      return { message_id: `message-${kept.sent.length}`, timestamp: '2026-11-30T08:00:00.000Z' };
    },
    countSend: async (_ref, by) => {
      counts.set(by, (counts.get(by) ?? 0) + 1);
      return counts.get(by) ?? 0;
    },
  };
}

/** Chance with a seed: what it made can be made again. */
export interface Dice {
  /** 0 to `below` - 1. */
  roll(below: number): number;
  octets(length: number): Buffer;
  one<T>(choices: readonly T[]): T;
}

/** Xorshift of 32 bits. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const roll = (below: number): number => next() % below;
  return {
    roll,
    octets: (length) => Buffer.from(Array.from({ length }, () => roll(256))),
    one: (choices) => {
      const choice = choices[roll(choices.length)];
      if (choice === undefined) throw new Error('nothing to choose from');
      return choice;
    },
  };
}

/** Lengths and counts at which readers go wrong. */
const EDGES = [0, 1, 3, 4, 15, 16, 17, 127, 128, 254, 255, 256, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

type Mutation = (octets: Buffer, dice: Dice) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (octets, dice) => {
    const at = dice.roll(octets.length);
    octets[at] = (octets[at] ?? 0) ^ (1 << dice.roll(8));
    return octets;
  },
  (octets, dice) => {
    octets[dice.roll(octets.length)] = dice.one([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
    return octets;
  },
  (octets, dice) => octets.subarray(0, 1 + dice.roll(octets.length)),
  (octets, dice) => {
    const at = dice.roll(octets.length);
    return Buffer.concat([octets.subarray(0, at), dice.octets(1 + dice.roll(8)), octets.subarray(at)]);
  },
  (octets, dice) => {
    const at = dice.roll(octets.length);
    return Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + dice.roll(8))]);
  },
  (octets, dice) => {
    if (octets.length < 16) return octets;
    octets.writeUInt32BE(dice.one(EDGES), dice.one([0, 4, 8, 12]));
    return octets;
  },
  (octets, dice) => {
    if (octets.length < 20) return octets;
    octets.writeUInt16BE(dice.one(EDGES) & 0xffff, 16 + dice.roll(octets.length - 18));
    return octets;
  },
  (octets, dice) => Buffer.concat([octets, dice.octets(1 + dice.roll(64))]),
];

/** The octets with some damage. */
export function mutate(octets: Buffer, dice: Dice): Buffer {
  let damaged: Buffer = Buffer.from(octets);
  for (let count = 1 + dice.roll(4); count > 0 && damaged.length > 0; count -= 1)
    damaged = dice.one(MUTATIONS)(damaged, dice);
  return damaged;
}

/** With a command_length that is right, so that the fields are read. */
export function repaired(octets: Buffer): Buffer {
  const frame = octets.length < 16 ? Buffer.concat([octets, Buffer.alloc(16 - octets.length)]) : octets;
  frame.writeUInt32BE(frame.length, 0);
  return frame;
}

/** What knocks on an SMPP port by mistake, and what the log calls it. */
export const OTHER_PROTOCOLS: readonly (readonly [string, Buffer])[] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['HTTP', Buffer.from('POST /api HTTP/1.1\r\n\r\n')],
  ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['AMQP', Buffer.from('AMQP\0\0\t\u0001')],
  ['TLS', Buffer.from('16030100a5010000a10303000102030405060708', 'hex')],
  ['RDP', Buffer.from('0300002f2ae00000000000436f6f6b69653a', 'hex')],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
  ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n')],
  ['Redis', Buffer.from('*3\r\n$3\r\nSET\r\n')],
  ['Redis', Buffer.from('PING\r\n')],
];

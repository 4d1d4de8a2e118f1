import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { silentLogger } from '@vumi/core';
import {
  BLANK_MESSAGE,
  decodePdu,
  encodeFrame,
  FrameReader,
  NO_TLVS,
  STATUS,
  type MessageBody,
  type Pdu,
} from '@vumi/transports/smpp';
import { startSmscSimulator, type Simulator } from '@vumi/transports/smpp/simulator';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { openTransportPlace, type TransportPlace } from './transport-place.ts';

const BIND = encodeFrame({
  status: 0,
  sequence: 1,
  body: {
    command: 'bind_transceiver',
    systemId: 'fuzz',
    password: 'fuzz',
    systemType: '',
    interfaceVersion: 0x34,
    addrTon: 0,
    addrNpi: 0,
    addressRange: '',
  },
});

const MESSAGE: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'submit_sm',
  sourceAddr: '1',
  destinationAddr: '2',
  shortMessage: Buffer.from('hi'),
};

type Side = 'esme' | 'smsc';

/** The request that this side takes, with some fields changed. */
function request(side: Side, fields: Partial<MessageBody>): Buffer {
  const command = side === 'smsc' ? 'submit_sm' : 'deliver_sm';
  return encodeFrame({ status: 0, sequence: 5, body: { ...MESSAGE, ...fields, command } });
}

function lengthOf(octets: Buffer, length: number): Buffer {
  const damaged = Buffer.from(octets);
  damaged.writeUInt32BE(length >>> 0, 0);
  return damaged;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Streams in which no next PDU can be found: the connection must end. */
const HOPELESS: readonly (readonly [string, Buffer])[] = [
  ...[0, 4, 8, 15, 20_000_000, 0x7fffffff, 0xffffffff].map(
    (length) => [`command_length ${length}`, lengthOf(Buffer.alloc(64), length)] as const,
  ),
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['AMQP', Buffer.from('AMQP\0\0\t\u0001')],
  ['TLS', hex('16030100a5010000a10303000102030405060708')],
  ['RDP', hex('0300002f2ae00000000000436f6f6b69653a')],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
];

/** PDUs that are wrong in themselves: each is answered, and the session lives. */
const FAULTY: readonly (readonly [string, (side: Side) => Buffer, number | null])[] = [
  ['an unknown command', () => hex('00000010 00000f00 00000000 00000005'), STATUS.RINVCMDID],
  ['a body that is missing', (side) => lengthOf(request(side, {}).subarray(0, 16), 16), STATUS.RINVCMDLEN],
  [
    'an integer TLV of the wrong length',
    (side) => request(side, { tlvs: [{ tag: 0x0017, value: Buffer.from([1]) }] }),
    STATUS.RINVPARLEN,
  ],
  [
    'a TLV that is cut off',
    (side) => {
      const whole = request(side, { tlvs: [{ tag: 0x1400, value: Buffer.alloc(10) }] });
      return lengthOf(whole.subarray(0, -3), whole.length - 3);
    },
    STATUS.RINVOPTPARSTREAM,
  ],
  ['an sm_length past the end', (side) => withSmLength(request(side, {}), 200), STATUS.RINVMSGLEN],
  ['an sm_length of 255', (side) => withSmLength(request(side, {}), 255), STATUS.RINVMSGLEN],
  [
    'a request of the other side',
    (side) => request(side === 'smsc' ? 'esme' : 'smsc', {}),
    STATUS.RINVBNDSTS,
  ],
  ['a response to nothing', () => hex('00000010 80000015 00000000 00000005'), null],
  ['an unknown response', () => hex('00000010 80000f00 00000000 00000005'), null],
  ['a generic_nack', () => hex('00000010 80000000 00000003 00000005'), null],
];

function withSmLength(frame: Buffer, length: number): Buffer {
  const damaged = Buffer.from(frame);
  damaged[damaged.length - 'hi'.length - 1] = length;
  return damaged;
}

const ENQUIRE = encodeFrame({ status: 0, sequence: 99, body: { command: 'enquire_link' } });

/** One bound connection to the side under test, seen from the other end of its socket. */
class Line {
  readonly heard: Pdu[] = [];
  closed = false;
  readonly #socket: Socket;
  readonly #reader = new FrameReader((frame) => this.heard.push(decodePdu(frame)));

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  write(octets: Buffer): void {
    this.#socket.write(octets);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** True once the side under test has answered an enquire_link on this line; false when it has closed the line. */
  async isAlive(): Promise<boolean> {
    if (!this.closed) this.write(ENQUIRE);
    return eventually(
      () => (this.closed ? false : this.heard.some(({ sequence }) => sequence === 99) || null),
      (alive) => alive !== null,
    ) as Promise<boolean>;
  }
}

interface UnderTest extends AsyncDisposable {
  /** A fresh, bound connection. */
  line(): Promise<Line>;
}

async function simulatorUnderTest(): Promise<UnderTest> {
  const smsc: Simulator = await startSmscSimulator({ port: 0, logger: silentLogger });
  const lines: Line[] = [];
  return {
    async line() {
      const socket = createConnection({ host: smsc.host, port: smsc.port });
      await once(socket, 'connect');
      const line = new Line(socket);
      lines.push(line);
      line.write(BIND);
      await eventually(
        () => line.heard.some(({ body, status }) => body.command === 'bind_transceiver_resp' && status === 0),
        Boolean,
      );
      return line;
    },
    [Symbol.asyncDispose]() {
      for (const line of lines) line.destroy();
      return smsc[Symbol.asyncDispose]();
    },
  };
}

async function transportUnderTest(): Promise<UnderTest> {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: Line[] = [];
  const taken = new Set<Line>();
  server.on('connection', (socket) => {
    const line = new Line(socket);
    socket.on('data', () => {
      const bind = line.heard.find(({ body }) => body.command === 'bind_transceiver');
      if (bind === undefined || lines.includes(line)) return;
      lines.push(line);
      const body = { command: 'bind_transceiver_resp', systemId: 'fuzz', tlvs: NO_TLVS } as const;
      line.write(encodeFrame({ status: 0, sequence: bind.sequence, body }));
    });
  });
  const place: TransportPlace = await openTransportPlace();
  const { port } = server.address() as AddressInfo;
  await place.start({ port, max_reconnect_delay: 0.05 });
  return {
    async line() {
      for (const used of taken) used.destroy();
      const line = await eventually(
        () => lines.find((candidate) => !candidate.closed && !taken.has(candidate)),
        (found) => found !== undefined,
      );
      if (line === undefined) throw new Error('the transport did not bind');
      taken.add(line);
      return line;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const line of lines) line.destroy();
      await place[Symbol.asyncDispose]();
      await closed;
    },
  };
}

describe.each([
  ['smsc', simulatorUnderTest],
  ['esme', transportUnderTest],
] as const)('malformed input to the %s', (side, start) => {
  let tested: UnderTest;

  beforeEach(async () => {
    tested = await start();
  });

  afterEach(() => tested[Symbol.asyncDispose]());

  async function expectWell(): Promise<void> {
    expect(await (await tested.line()).isAlive()).toBe(true);
  }

  it.each(HOPELESS)('%s: says generic_nack, closes, and the next connection works', async (_, octets) => {
    const line = await tested.line();
    line.write(octets);
    expect(await line.isAlive()).toBe(false);
    expect(line.heard.at(-1)).toMatchObject({ status: STATUS.RINVCMDLEN, body: { command: 'generic_nack' } });
    await expectWell();
  });

  it.each(FAULTY)('%s: is answered with its status, and the session goes on', async (_, octets, status) => {
    const line = await tested.line();
    line.write(octets(side));
    expect(await line.isAlive()).toBe(true);
    const answer = line.heard.find(({ sequence }) => sequence === 5);
    expect(answer?.status ?? null).toBe(status);
  });

  it('schedule_delivery_time "R": harms nobody', async () => {
    const line = await tested.line();
    line.write(request(side, { scheduleDeliveryTime: 'R', validityPeriod: 'R' }));
    expect(await line.isAlive()).toBe(true);
    await eventually(() => line.heard.some(({ sequence }) => sequence === 5), Boolean);
  });

  it('half a PDU and then silence or an end: the next connection reads well', async () => {
    const line = await tested.line();
    line.write(request(side, {}).subarray(0, 30));
    line.destroy();
    await expectWell();
  });

  it('random octets: the line closes or lives, and the next one works', async () => {
    const damage = fc.record({ at: fc.nat(), octets: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
    const stream = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }).map((octets) => Buffer.from(octets)),
      fc.array(damage, { minLength: 1, maxLength: 4 }).map((changes) => {
        const frame = Buffer.from(request(side, { tlvs: [{ tag: 0x0424, value: Buffer.from('payload') }] }));
        for (const { at, octets } of changes) Buffer.from(octets).copy(frame, at % frame.length);
        return frame;
      }),
    );
    await fc.assert(
      fc.asyncProperty(stream, async (octets) => {
        const line = await tested.line();
        line.write(octets);
        // What looks like the start of a long PDU is waited for: the rest never comes, and that must not hurt either.
        line.write(Buffer.alloc(16));
        line.destroy();
      }),
      { numRuns: 40 },
    );
    await expectWell();
  });
});

import { silentLogger } from '@vumi/core';
import { BLANK_MESSAGE, encodeFrame, STATUS, type MessageBody } from '@vumi/transports/smpp';
import { EsmeBench, SmscBench, type Wire } from '@vumi/transports/smpp/conformance';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTransportPlace } from './transport-place.ts';

const PATIENCE_MS = 5000;

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

/** Faults for which an ESME loses nothing that an SMSC delivers: the text is known. */
const BORNE: ReadonlySet<number | null> = new Set([STATUS.RINVPARLEN, STATUS.RINVOPTPARSTREAM]);

function withSmLength(frame: Buffer, length: number): Buffer {
  const damaged = Buffer.from(frame);
  damaged[damaged.length - 'hi'.length - 1] = length;
  return damaged;
}

interface UnderTest extends AsyncDisposable {
  /** A fresh, bound connection. */
  line(): Promise<Wire>;
}

const TARGET = { host: '127.0.0.1', timeoutMs: PATIENCE_MS, from: '1', to: '2', slow: false };

async function simulatorUnderTest(): Promise<UnderTest> {
  const smsc = await startSmscSimulator({ port: 0, logger: silentLogger });
  const who = { port: smsc.port, systemId: 'fuzz', password: 'fuzz', receiptMs: PATIENCE_MS };
  const bench = new SmscBench({ ...TARGET, ...who });
  return {
    line: () => bench.bound(),
    async [Symbol.asyncDispose]() {
      await bench.tidy();
      await smsc[Symbol.asyncDispose]();
    },
  };
}

async function transportUnderTest(): Promise<UnderTest> {
  const bench = await EsmeBench.listen({ ...TARGET, port: 0, bindMs: PATIENCE_MS });
  const place = await openTransportPlace();
  await place.start({ port: bench.port, max_reconnect_delay: 0.05 });
  let used: Wire | undefined;
  return {
    async line() {
      used?.destroy();
      used = await bench.bound();
      return used;
    },
    async [Symbol.asyncDispose]() {
      await bench.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Whether the side under test still answers on this line. */
async function isAlive(line: Wire): Promise<boolean> {
  return (
    (await line.response(line.send({ command: 'enquire_link' }, { sequence: 99 }), PATIENCE_MS)) !== null
  );
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
    expect(await isAlive(await tested.line())).toBe(true);
  }

  it.each(HOPELESS)('%s: says generic_nack, closes, and the next connection works', async (_, octets) => {
    const line = await tested.line();
    line.raw(octets);
    expect(await isAlive(line)).toBe(false);
    expect(line.pdus.at(-1)).toMatchObject({ status: STATUS.RINVCMDLEN, body: { command: 'generic_nack' } });
    await expectWell();
  });

  it.each(FAULTY)('%s: is answered with its status, and the session goes on', async (_, octets, status) => {
    const line = await tested.line();
    line.raw(octets(side));
    expect(await isAlive(line)).toBe(true);
    const answer = line.pdus.find(({ sequence }) => sequence === 5);
    expect(answer?.status ?? null).toBe(side === 'esme' && BORNE.has(status) ? STATUS.ROK : status);
  });

  it('half a PDU and then silence or an end: the next connection reads well', async () => {
    const line = await tested.line();
    line.raw(request(side, {}).subarray(0, 30));
    line.destroy();
    await expectWell();
  });
});

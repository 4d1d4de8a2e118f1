/** Shortest frame: the header. */
const MIN_FRAME = 16;
/** Longest frame: message_payload may hold 64 KiB, the rest fits beside it. */
export const MAX_FRAME = 0x10000 + 1024;

/** The stream cannot be SMPP, or no longer: there is no way to find the next frame in it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly length: number;
  /** What the first octets look like, when they look like another protocol. */
  readonly guess: string | undefined;

  constructor(head: Buffer) {
    const length = head.readUInt32BE(0);
    const guess = guessProtocol(head);
    super(
      guess === undefined
        ? `command_length ${length} is not within ${MIN_FRAME} and ${MAX_FRAME}`
        : `the peer speaks ${guess}, not SMPP`,
    );
    this.length = length;
    this.guess = guess;
  }
}

const OTHER_PROTOCOLS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from('GET '), 'HTTP'],
  [Buffer.from('POST'), 'HTTP'],
  [Buffer.from('HEAD'), 'HTTP'],
  [Buffer.from('PUT '), 'HTTP'],
  [Buffer.from('OPTI'), 'HTTP'],
  [Buffer.from('CONN'), 'HTTP'],
  [Buffer.from('HTTP'), 'HTTP'],
  [Buffer.from('PRI '), 'HTTP/2'],
  [Buffer.from('AMQP'), 'AMQP'],
  [Buffer.from('SSH-'), 'SSH'],
  [Buffer.from('PROX'), 'the PROXY protocol'],
  [Buffer.from([0x0d, 0x0a, 0x0d, 0x0a]), 'the PROXY protocol'],
  [Buffer.from([0x16, 0x03]), 'TLS'],
  [Buffer.from([0x03, 0x00]), 'RDP'],
  ...[1, 2, 3, 4, 5].map((count) => [Buffer.from(`*${count}\r\n`), 'Redis'] as const),
  [Buffer.from('PING'), 'Redis'],
  [Buffer.from('220 '), 'SMTP or FTP'],
  [Buffer.from('EHLO'), 'SMTP'],
];

function guessProtocol(head: Buffer): string | undefined {
  return OTHER_PROTOCOLS.find(([magic]) => head.subarray(0, magic.length).equals(magic))?.[1];
}

/** Cuts a stream into frames, whatever the chunks are. A frame is valid until its handler returns control to the loop. */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  /** The start of a frame whose rest has not come; `#filled` octets of it are there. */
  #partial: Buffer | null = null;
  #filled = 0;
  #stopped = false;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** No frame is handed over after this, not even from the chunk at hand. */
  stop(): void {
    this.#stopped = true;
    this.#partial = null;
  }

  /** @throws FrameError when a length is out of range; the reader is then stopped. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#stopped) {
      rest = this.#partial === null ? this.#readWhole(rest) : this.#fill(this.#partial, rest);
    }
  }

  #readWhole(chunk: Buffer): Buffer {
    let offset = 0;
    while (chunk.length - offset >= 4 && !this.#stopped) {
      const length = this.#checkedLength(chunk, offset);
      if (chunk.length - offset < length)
        return this.#keep(Buffer.allocUnsafe(length), chunk.subarray(offset));
      this.#onFrame(chunk.subarray(offset, offset + length));
      offset += length;
    }
    // Fewer octets than a length: wait for the rest of it first.
    return offset === chunk.length
      ? chunk.subarray(offset)
      : this.#keep(Buffer.allocUnsafe(4), chunk.subarray(offset));
  }

  #keep(target: Buffer, octets: Buffer): Buffer {
    this.#partial = target;
    this.#filled = octets.copy(target);
    return octets.subarray(this.#filled);
  }

  #fill(partial: Buffer, chunk: Buffer): Buffer {
    const copied = chunk.copy(partial, this.#filled);
    this.#filled += copied;
    if (this.#filled === partial.length) this.#complete(partial);
    return chunk.subarray(copied);
  }

  #complete(partial: Buffer): void {
    this.#partial = null;
    if (partial.length > 4) return this.#onFrame(partial);
    const length = this.#checkedLength(partial, 0);
    this.#keep(Buffer.allocUnsafe(length), partial);
  }

  #checkedLength(octets: Buffer, offset: number): number {
    const length = octets.readUInt32BE(offset);
    if (length >= MIN_FRAME && length <= MAX_FRAME) return length;
    this.stop();
    throw new FrameError(octets.subarray(offset, offset + 4));
  }
}

import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { errorText } from '@vumi/core';
import { openExchange, readAnswer, type Exchange } from './exchange.ts';
import type { StreamEnd } from './http-port.ts';
import { Intake } from './intake.ts';
import { MAX_BYTES } from './send.ts';
import { startBeats, type StreamPorts } from './stream-ports.ts';

/** Dead connections are noticed by the system where the other side says nothing of itself for long. */
const KEEP_ALIVE_MS = 60_000;

/** Reads the lines of an answer. Rejects as Node does, where none begins. */
export async function hearLines(exchange: Exchange, ports: StreamPorts): Promise<StreamEnd> {
  const { signal, onConnected } = ports;
  const response = await openExchange(exchange, { signal, onConnected });
  if (response.statusCode !== 200)
    return { kind: 'answered', ...(await readAnswer(response, { signal, maxBytes: MAX_BYTES })) };
  response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  ports.onOpen();
  return { kind: 'ended', reason: await readLines(response, ports) };
}

async function readLines(response: IncomingMessage, { take, beatMs }: StreamPorts): Promise<string> {
  const ended = Promise.withResolvers<string>();
  const hangUp = (reason: string): void => {
    ended.resolve(reason);
    response.destroy();
  };
  const intake = new Intake({ take, source: response, onFailed: (error) => hangUp(errorText(error)) });
  using beats = startBeats(beatMs ?? null, { isBusy: () => intake.isBusy, ask: () => {}, onSilent: hangUp });
  const lines = new Lines((line) => intake.put(line));
  response.on('data', (chunk: Buffer) => {
    beats.noteLife();
    if (!lines.add(chunk)) hangUp(`a line is longer than ${MAX_BYTES} bytes`);
  });
  response.once('end', () => ended.resolve('the other side has closed it'));
  response.once('error', (error) => {
    intake.stop();
    ended.resolve(errorText(error));
  });
  response.once('close', () => ended.resolve('the connection was cut'));
  const reason = await ended.promise;
  await intake.drained();
  return reason;
}

/** The whole lines of what comes in pieces, without their ends; blank ones are signs of life and no more. */
class Lines {
  readonly #give: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(give: (line: string) => void) {
    this.#give = give;
  }

  /** False: the line that has begun is too long. */
  add(chunk: Buffer): boolean {
    const text = this.#decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    const lines = end < 0 ? [] : (this.#rest + text.slice(0, end)).split('\n');
    // Added to and not looked through: it may come octet by octet.
    this.#rest = end < 0 ? this.#rest + text : text.slice(end + 1);
    for (const line of lines) if (line.trim() !== '') this.#give(line.replace(/\r$/, ''));
    return this.#rest.length <= MAX_BYTES;
  }
}

import type { IncomingMessage } from 'node:http';
import { errorText } from '@vumi/core';
import { WebSocket } from 'ws';
import { pinned, readAnswer, type Exchange } from './exchange.ts';
import type { StreamEnd } from './http-port.ts';
import { Intake } from './intake.ts';
import { MAX_BYTES } from './send.ts';
import { startBeats, type StreamPorts } from './stream-ports.ts';

const BEAT_MS = 30_000;
const UNREADABLE = 1003;

/** Reads the text frames of a WebSocket. Rejects as Node does, where none is opened. */
export async function hearSocket(exchange: Exchange, ports: StreamPorts): Promise<StreamEnd> {
  const socket = connect(exchange, ports);
  const hangUp = (): void => socket.terminate();
  ports.signal.addEventListener('abort', hangUp, { once: true });
  try {
    return await hear(socket, ports);
  } finally {
    ports.signal.removeEventListener('abort', hangUp);
    socket.terminate();
  }
}

function connect({ target, headers }: Exchange, { signal }: StreamPorts): WebSocket {
  signal.throwIfAborted();
  const options = { headers, lookup: pinned(target), agent: false, maxPayload: MAX_BYTES } as const;
  return new WebSocket(target.url, { ...options, perMessageDeflate: false, followRedirects: false });
}

async function hear(socket: WebSocket, ports: StreamPorts): Promise<StreamEnd> {
  const ended = Promise.withResolvers<StreamEnd>();
  let isOpen = false;
  const end = (reason: string): void => ended.resolve({ kind: 'ended', reason });
  const intake = new Intake({
    take: ports.take,
    source: { pause: () => socket.pause(), resume: () => socket.resume() },
    onFailed: (error) => end(errorText(error)),
  });
  using beats = startBeats(ports.beatMs ?? BEAT_MS, {
    isBusy: () => intake.isBusy,
    ask: () => void (isOpen && socket.ping()),
    onSilent: end,
  });
  socket.on('pong', () => beats.noteLife()).on('ping', () => beats.noteLife());
  socket.once('open', () => {
    isOpen = true;
    ports.onConnected();
    for (const greeting of ports.greetings) socket.send(greeting);
    ports.onOpen();
  });
  socket.on('message', (data: Buffer, isBinary) => {
    beats.noteLife();
    if (isBinary) socket.close(UNREADABLE, 'texts only');
    else intake.put(data.toString('utf8'));
  });
  socket.once('unexpected-response', (_request, response: IncomingMessage) => {
    ports.onConnected();
    const limits = { signal: ports.signal, maxBytes: MAX_BYTES };
    readAnswer(response, limits).then(
      (answer) => ended.resolve({ kind: 'answered', ...answer }),
      (error: unknown) => end(errorText(error)),
    );
  });
  socket.on('error', (error) => {
    intake.stop();
    if (isOpen) end(errorText(error));
    else ended.reject(error);
  });
  socket.once('close', (code, reason) =>
    end(`it was closed (${[code, reason.toString('utf8')].join(' ').trim()})`),
  );
  const how = await ended.promise;
  await intake.drained();
  return how;
}

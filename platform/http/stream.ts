import { errorText } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import type { HttpPort, OutboundStream, StreamEnd, StreamHearer } from './http-port.ts';
import { hearLines } from './line-stream.ts';
import { TIMEOUT_MS, toExchange, UNSENDABLE } from './send.ts';
import { hearSocket } from './socket-stream.ts';
import { findTarget, refused, type SenderOptions } from './target.ts';

/** A WebSocket begins as a request. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'http:',
  'https:': 'https:',
  'ws:': 'http:',
  'wss:': 'https:',
};

/** Opens the streams of workers, each over a connection of its own to the address that was checked. */
export function createOpener(options: SenderOptions = {}): HttpPort['open'] {
  return async (stream, hearer) => {
    const url = URL.parse(stream.url);
    if (url === null) return refused(`"${stream.url}" is no URL`);
    const protocol = PROTOCOLS[url.protocol];
    if (protocol === undefined) return refused('only http, https, ws and wss are asked');
    url.protocol = protocol;
    return open(url, stream, { hearer, options });
  };
}

async function open(
  url: URL,
  stream: OutboundStream,
  { hearer, options }: { readonly hearer: StreamHearer; readonly options: SenderOptions },
): Promise<StreamEnd> {
  const late = new AbortController();
  using deadline = startDeadline({ limitMs: TIMEOUT_MS }, () =>
    late.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
  );
  const signal = AbortSignal.any([stream.signal, late.signal]);
  const target = await findTarget(url, stream, { ...options, signal });
  if ('kind' in target) return target;
  let isConnected = false;
  const ports = {
    signal,
    take: (text: string) => hearer.take(text),
    greetings: stream.greetings ?? [],
    beatMs: stream.beatMs,
    onConnected: () => void (isConnected = true),
    onOpen: () => {
      deadline[Symbol.dispose]();
      hearer.onOpen?.();
    },
  };
  const exchange = toExchange({ ...stream, method: 'GET' }, target);
  try {
    return await (stream.over === 'lines' ? hearLines(exchange, ports) : hearSocket(exchange, ports));
  } catch (error) {
    return failureOf(error, { stream, late: late.signal, isConnected });
  }
}

function failureOf(
  error: unknown,
  about: { readonly stream: OutboundStream; readonly late: AbortSignal; readonly isConnected: boolean },
): StreamEnd {
  const { stream, late, isConnected } = about;
  if (stream.signal.aborted) return { kind: 'ended', reason: 'it was given up' };
  const reason = errorText(late.aborted ? late.reason : error);
  if (isConnected) return { kind: 'ended', reason };
  const isRefused = UNSENDABLE.test(String((error as NodeJS.ErrnoException).code));
  return isRefused ? refused(reason) : { kind: 'not_sent', reason };
}

import { createServer, type IncomingHttpHeaders } from 'node:http';
import { freePort } from '@vumi/machine/testing';

/** What was posted to a receiver. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** `hang`: no answer; `cut`: the connection is closed instead. */
export type Answering = (request: Received) => ReceiverAnswer | 'hang' | 'cut' | Promise<ReceiverAnswer>;

/** Somebody else's web server, which answers as it is told and keeps what it got, in order. */
export interface ReceiverPlace extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  answer: Answering;
  /** Refuses connections. */
  close(): Promise<void>;
  /** Takes them again, at the same address. */
  reopen(): Promise<void>;
}

export async function openReceiver(answer: Answering = () => ({ status: 200 })): Promise<ReceiverPlace> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got = { method, path: url, headers, body };
      received.push(got);
      void Promise.resolve(place.answer(got)).then((given) => {
        if (given === 'cut') request.socket.destroy();
        else if (given !== 'hang') response.writeHead(given.status, given.headers).end(given.body);
      });
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const port = await freePort();
  await listen(port);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const place: ReceiverPlace = {
    url: `http://127.0.0.1:${port}/sms`,
    received,
    answer,
    close,
    reopen: () => listen(port),
    [Symbol.asyncDispose]: close,
  };
  return place;
}

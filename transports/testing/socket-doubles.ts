import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freePort } from '@vumi/machine/testing';
import { eventually } from './eventually.ts';
import { casesOf, QUIET } from './quiet-double.ts';
import type { Got, Told, TransportDouble, TransportSetUp, UserText } from './transport-double.ts';

const NO_REQUESTS = casesOf([4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 30], 'it takes no HTTP requests');
const NO_ANSWERS = casesOf(
  [19, 20, 21, 22, 23, 24, 25, 26, 28],
  'nobody answers what a terminal is sent: telnet.test.ts, socket/outlet.test.ts',
);

/** People at terminals who say who they are. */
class TelnetDouble implements TransportDouble {
  readonly secret = QUIET.secret;
  readonly replies = QUIET.replies;
  readonly impatient = QUIET.impatient;
  readonly words = QUIET.words;
  readonly oddText = QUIET.oddText;
  readonly will = QUIET.will;
  readonly away = QUIET.away;
  readonly back = QUIET.back;
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly got: Got[] = [];
  readonly config: Readonly<Record<string, unknown>>;
  readonly #port: number;
  readonly #terminals: Socket[] = [];

  constructor(port: number) {
    this.#port = port;
    this.config = { telnet_port: port, addressed: true };
  }

  async bring({ from, to, content }: UserText): Promise<Told> {
    const socket = connect({ host: '127.0.0.1', port: this.#port });
    this.#terminals.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    const lines: string[] = [];
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((one) => one !== '')) {
        lines.push(line);
        if (lines.length > 2) this.got.push({ to: from, content: line, at: performance.now() });
      }
    });
    for (const [index, answer] of [to, from].entries()) {
      await eventually(
        () => lines.length,
        (count) => count > index,
      );
      socket.write(`${answer}\r\n`);
    }
    socket.write(`${content}\r\n`);
    return { kind: 'taken', text: '' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#terminals) socket.destroy();
    return Promise.resolve();
  }
}

/** A network of which nobody is part. */
class DevnullDouble implements TransportDouble {
  readonly secret = QUIET.secret;
  readonly replies = 'never';
  readonly impatient = QUIET.impatient;
  readonly words = QUIET.words;
  readonly oddText = QUIET.oddText;
  readonly will = QUIET.will;
  readonly away = QUIET.away;
  readonly back = QUIET.back;
  readonly report = QUIET.report;
  readonly badRequests = QUIET.badRequests;
  readonly got: readonly Got[] = [];
  readonly config = {};

  bring(): Promise<Told> {
    return Promise.resolve({ kind: 'taken', text: '' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

export const SOCKET_SET_UPS: readonly TransportSetUp[] = [
  {
    type: 'telnet',
    label: 'addressed',
    open: async () => new TelnetDouble(await freePort()),
    notApplicable: {
      ...NO_REQUESTS,
      ...NO_ANSWERS,
      ...casesOf([1, 2, 3, 29], 'a terminal gives no ids and is told nothing: socket/inbound-queue.test.ts'),
      ...casesOf([8, 9, 34], 'a terminal says more than its text: telnet.test.ts, line-reader.test.ts'),
      14: 'a session is a connection: telnet.test.ts',
      27: 'a terminal has no limits',
    },
  },
  {
    type: 'devnull',
    label: 'sink',
    open: async () => new DevnullDouble(),
    notApplicable: {
      ...NO_REQUESTS,
      ...casesOf([1, 2, 3, 8, 9, 14, 29, 33, 34], 'nobody writes but in reply: devnull.test.ts'),
      ...casesOf([19, 20, 21, 22, 23, 24, 25, 26, 27, 28], 'it sends nothing to anybody: devnull.test.ts'),
    },
  },
];

import { freePort } from '@vumi/machine/testing';
import { simpleParser } from 'mailparser';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { returnPath } from '../email/bounces.ts';
import { emailConfigSchema } from '../email/config.ts';
import { casesOf } from './quiet-double.ts';
import type {
  BadRequest,
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

const SECRET = 'pearl-in-the-post';
const HOST = '127.0.0.1';
const MOST_LIVES = 6;
const CONFIG = {
  addresses: ['@app.example'],
  from_addr: '8000@app.example',
  bounce_domain: 'bounces.example',
  bounce_key: 'key-of-bounces',
  smtp_host: HOST,
  smtp_security: 'none',
  smtp_username: 'vumi',
  smtp_password: SECRET,
};
const ACTIONS = { pending: 'delayed', delivered: 'delivered', failed: 'failed' } as const;

type Failure = Error & { readonly responseCode?: number };

/** A user of whom the contract knows a number only. */
function mailbox(number: string): string {
  return number.includes('@') ? number : `${encodeURIComponent(number)}@users.example`.toLowerCase();
}

function numberOf(address: string): string {
  return decodeURIComponent(address.replace(/@.*$/, ''));
}

/** The mail server of a provider, and people with mail programs. */
export class EmailDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = 'as messages';
  readonly impatient = { outbound_timeout: 0.5 };
  readonly words = { away: 'not_connected', refusal: (text: string) => `550 ${text}` };
  readonly oddText = 'Héllo 😀 שלום \u202e 100% a+b&c=d';
  readonly got: (Got & { readonly returnPath: string })[] = [];
  readonly #turns: NetworkTurn[] = [];
  /** Of lives of the transport: one that was killed keeps its port. */
  readonly #listenPorts: readonly number[];
  #lives = 0;
  #server: SMTPServer;
  readonly #port: number;
  readonly #kept: (() => void)[] = [];

  private constructor(port: number, listenPorts: readonly number[]) {
    this.#port = port;
    this.#listenPorts = listenPorts;
    this.#server = this.#serve();
  }

  static async open(): Promise<EmailDouble> {
    const [port = 0, ...listenPorts] = await Promise.all(
      Array.from({ length: 1 + MOST_LIVES }, () => freePort()),
    );
    return new EmailDouble(port, listenPorts);
  }

  get config(): Readonly<Record<string, unknown>> {
    this.#lives += 1;
    return { ...CONFIG, smtp_port: this.#port, listen_port: this.#listenPort };
  }

  get #listenPort(): number {
    return this.#listenPorts[(this.#lives - 1) % MOST_LIVES] ?? 0;
  }

  addressOf(number: string): string {
    return mailbox(number);
  }

  async bring({ from, to, content, id }: UserText): Promise<Told> {
    const ours = `${to}@app.example`;
    const lines = [
      `From: ${mailbox(from)}`,
      `To: ${ours}`,
      'Subject: hello',
      ...(id === undefined ? [] : [`Message-ID: <${id}@users.example>`]),
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(content).toString('base64'),
    ];
    return this.deliver(mailbox(from), [ours], lines.join('\r\n'));
  }

  /** Hands the transport a mail as a server does. */
  async deliver(from: string, to: readonly string[], mail: string): Promise<Told> {
    const client = new SMTPConnection({ host: HOST, port: this.#listenPort, ignoreTLS: true });
    try {
      await new Promise<void>((resolve, reject) => {
        client.on('error', reject);
        client.connect(() =>
          client.send({ from, to: [...to] }, mail, (error) => (error ? reject(error) : resolve())),
        );
      });
      return { kind: 'taken', text: '' };
    } catch (error) {
      const { responseCode = 0, message } = error as Failure;
      return { kind: responseCode >= 500 ? 'refused' : 'later', text: `${responseCode} ${message}` };
    } finally {
      client.close();
    }
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  async away(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  back(): Promise<void> {
    this.#server = this.#serve();
    return Promise.resolve();
  }

  async report(
    of: { readonly nth: number } | { readonly id: string },
    state: keyof typeof ACTIONS,
  ): Promise<void> {
    const config = emailConfigSchema.parse(CONFIG);
    const to = 'id' in of ? returnPath(config, of.id) : (this.got[of.nth - 1]?.returnPath ?? null);
    const lines = [
      'From: MAILER-DAEMON@users.example',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=B',
      '',
      '--B',
      '',
      'It came back.',
      '--B',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; users.example',
      '',
      `Action: ${ACTIONS[state]}`,
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1',
      '  nobody is there',
      '--B--',
    ];
    await this.deliver('', [to ?? ''], lines.join('\r\n'));
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const long = `Subject: x\r\n\r\n${'a'.repeat(70)}\r\n`.padEnd(10_000_100, 'a\r\n');
    const send = async (to: string, mail: string): Promise<string> =>
      (await this.deliver('thandi@users.example', [to], mail)).text;
    return {
      10: [{ label: 'too long', answer: '552', send: () => send('8000@app.example', long) }],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const answer of this.#kept) answer();
    await this.away();
  }

  #serve(): SMTPServer {
    const server = new SMTPServer({
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 100,
      logger: false,
      onAuth: ({ username, password }, _session, done) => {
        const isRight = username === 'vumi' && password === SECRET;
        if (this.#turns[0] !== 'unauthorized' && isRight) return done(null, { user: 'vumi' });
        this.#turns.shift();
        return done(new Error('unknown'));
      },
      onData: (stream, session, done) => void this.#take(stream, session, done),
    });
    server.on('error', () => {});
    server.listen(this.#port, HOST);
    return server;
  }

  async #take(
    stream: SMTPServerDataStream,
    { envelope, id }: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    const mail = await simpleParser(stream);
    const at = performance.now();
    const [to] = envelope.rcptTo;
    const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    this.got.push({
      to: numberOf(to?.address ?? ''),
      content: (mail.text ?? '').replace(/\n$/, ''),
      at,
      returnPath: from,
    });
    const turn = this.#turns.shift() ?? 'accept';
    if (turn === 'never answer') return void this.#kept.push(() => done());
    if (turn === 'cut') {
      const cut = [...this.#server.connections].find((connection) => connection.session.id === id);
      return void cut?._socket.destroy();
    }
    return done(refusalOf(turn));
  }
}

function refusalOf(turn: NetworkTurn): Error | null {
  if (typeof turn !== 'object') return null;
  const [text, responseCode] = 'refuse' in turn ? [turn.refuse, 550] : ['not now', 451];
  return Object.assign(new Error(text), { responseCode });
}

export const EMAIL_SET_UP: TransportSetUp = {
  type: 'email',
  label: 'SMTP both ways',
  open: () => EmailDouble.open(),
  notApplicable: {
    ...casesOf([4, 5, 6, 7], 'a server that brings mail proves nothing and has no fields: email.test.ts'),
    9: 'an address of mail is in lower case: read-mail.test.ts',
    11: 'a mail is one',
    ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no mail waits for its reply'),
    22: 'a mail server names no time: email.test.ts',
    25: 'each answer has its code',
    27: 'a mail has no limits',
    28: 'it speaks no HTTP',
    30: 'who listens is whoever has the port',
    34: 'each mail says who it is from and to, and nothing is held: email.test.ts',
  },
};

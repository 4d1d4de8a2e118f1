import { errorText, withoutControls } from '@vumi/core';
import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { ComposedMail } from './compose-mail.ts';
import type { EmailConfig } from './config.ts';

/** What a server made of a mail. */
export type Handed =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' | 'later' | 'uncertain'; readonly reason: string }
  /** Nothing was sent; `unauthorized`: the server does not know us. */
  | { readonly kind: 'away' | 'unauthorized'; readonly reason: string };

interface Failure extends Error {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
}

const SHOWN = 200;
const CLOSED = 'the connection was closed';

/** Hands mails to a server, on as many connections as there are mails under way. */
export class SmtpClient {
  readonly #config: EmailConfig;
  readonly #idle: SMTPConnection[] = [];
  readonly #open = new Set<SMTPConnection>();
  #isClosed = false;

  constructor(config: EmailConfig) {
    this.#config = config;
  }

  /** Whether the server is there and knows us. */
  async probe(): Promise<Handed> {
    try {
      this.#idle.push(await this.#connect());
      return { kind: 'taken' };
    } catch (error) {
      return unreached(error as Failure);
    }
  }

  /** `onData` is called in the tick in which the server begins to be given the mail itself. */
  async hand(mail: ComposedMail, onData: () => void): Promise<Handed> {
    const idle = this.#idle.pop();
    const handed = idle === undefined ? null : await this.#give(idle, mail, onData);
    // Servers end connections that rest, and may have done so just now.
    if (handed !== null && handed.kind !== 'away') return handed;
    try {
      return await this.#give(await this.#connect(), mail, onData);
    } catch (error) {
      return unreached(error as Failure);
    }
  }

  /** What is under way settles at once. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open) this.#drop(connection);
  }

  async #give(connection: SMTPConnection, mail: ComposedMail, onData: () => void): Promise<Handed> {
    const progress = { isGiven: false };
    const data = Readable.from(
      (function* give() {
        progress.isGiven = true;
        onData();
        yield mail.octets;
      })(),
    );
    const failure = await new Promise<Failure | null>((resolve) => {
      connection.once('error', resolve);
      connection.once('end', () => resolve(new Error(CLOSED)));
      connection.send(mail.envelope, data, resolve);
    });
    if (failure === null) {
      this.#keep(connection);
      return { kind: 'taken' };
    }
    this.#drop(connection);
    return judge(failure, progress.isGiven);
  }

  async #connect(): Promise<SMTPConnection> {
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const { smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, outbound_timeout } =
      this.#config;
    if (this.#isClosed) throw new Error(CLOSED);
    const timeout = outbound_timeout * 1000;
    const connection = new Connection({
      ...(smtp_host === undefined ? {} : { host: smtp_host }),
      port: smtp_port,
      secure: smtp_security === 'tls',
      requireTLS: smtp_security === 'starttls',
      ignoreTLS: smtp_security === 'none',
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
    });
    this.#open.add(connection);
    try {
      await settled(connection, (done) => connection.connect(done));
      if (smtp_username === undefined || smtp_password === undefined) return connection;
      const auth = { user: smtp_username, pass: smtp_password.reveal() };
      await settled(connection, (done) => connection.login({ credentials: auth }, done));
      return connection;
    } catch (error) {
      this.#drop(connection);
      throw error;
    }
  }

  #keep(connection: SMTPConnection): void {
    connection.removeAllListeners('error').removeAllListeners('end');
    const gone = (): void => this.#drop(connection);
    connection.once('error', gone);
    connection.once('end', gone);
    this.#idle.push(connection);
  }

  #drop(connection: SMTPConnection): void {
    if (!this.#open.delete(connection)) return;
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    // Its `end` comes at once: whoever waits for an answer hears that there will be none.
    connection.close();
    connection.removeAllListeners();
    connection.on('error', () => {});
  }
}

function settled(
  connection: SMTPConnection,
  begin: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    const ended = (): void => reject(new Error(CLOSED));
    connection.once('error', fail);
    connection.once('end', ended);
    begin((error) => {
      connection.removeListener('error', fail);
      connection.removeListener('end', ended);
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}

function unreached(failure: Failure): Handed {
  const kind = failure.code === 'EAUTH' || failure.code === 'ENOAUTH' ? 'unauthorized' : 'away';
  return { kind, reason: said(failure) };
}

/** 4xx is the server's "later", 5xx its "no" (RFC 5321 §4.2.1). Without an answer nobody knows, once it had the mail. */
function judge(failure: Failure, isGiven: boolean): Handed {
  const { responseCode: code } = failure;
  const reason = said(failure);
  if (code !== undefined && code >= 500) return { kind: 'refused', reason };
  if (code !== undefined && code >= 400)
    return code === 421 ? { kind: 'away', reason } : { kind: 'later', reason };
  return isGiven ? { kind: 'uncertain', reason } : { kind: 'away', reason };
}

function said(failure: Failure): string {
  return withoutControls(failure.response ?? errorText(failure))
    .trim()
    .slice(0, SHOWN);
}

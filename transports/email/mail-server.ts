import { errorText, VumiError, type Logger } from '@vumi/core';
import type { SMTPServer as Server, SMTPServerDataStream } from 'smtp-server';
import { isOurs, type EmailConfig } from './config.ts';
import { readReturnPath } from './bounces.ts';
import type { Envelope } from './read-mail.ts';

export interface MailServerOptions {
  readonly config: EmailConfig;
  readonly logger: Logger;
  /** The mail is safe when it resolves. */
  readonly onMail: (raw: Buffer, envelope: Envelope) => Promise<void>;
}

const MOST_RECIPIENTS = 100;
const CLOSING_MS = 5000;

/** Takes mail for the addresses of the transport, and for nobody else: it relays nothing. */
export class MailServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects with `config.invalid` when it cannot listen. */
  static async start({ config, logger, onMail }: MailServerOptions): Promise<MailServer> {
    const { SMTPServer } = await import('smtp-server');
    const { tls_key: key, tls_cert: cert, from_addr, server_name: name, max_size: size } = config;
    const isSecure = key !== undefined && cert !== undefined;
    const answerTo = async (stream: SMTPServerDataStream, envelope: Envelope): Promise<Error | null> => {
      try {
        const raw = await take(stream, size);
        if (raw === null) return refusal(552, `A mail may have ${size} octets here`);
        await onMail(raw, envelope);
        return null;
      } catch (error) {
        logger.error({ reason: errorText(error) }, 'a mail was not taken');
        return refusal(451, 'Try again later');
      }
    };
    const server = new SMTPServer({
      name: name ?? from_addr.slice(from_addr.indexOf('@') + 1),
      banner: 'Vumi',
      size,
      ...(isSecure ? { key: key.reveal(), cert } : {}),
      disabledCommands: isSecure ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      closeTimeout: CLOSING_MS,
      onRcptTo: ({ address }, session, done) => {
        const to = address.toLowerCase();
        if (session.envelope.rcptTo.length >= MOST_RECIPIENTS)
          return done(refusal(452, 'Too many recipients'));
        const isKnown = isOurs(config, to) || readReturnPath(config, to) !== null;
        return done(isKnown ? null : refusal(550, 'No such address here'));
      },
      onData: (stream, session, tell) => {
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
        };
        void answerTo(stream, envelope).then(tell);
      },
    });
    server.on('error', (error: Error) => logger.debug({ reason: error.message }, 'a mail client failed'));
    const { listen_host: host, listen_port: port } = config;
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(port, host, resolve);
    }).catch((error: unknown) => {
      const message = `cannot listen on ${host}:${port}: ${errorText(error)}; choose another listen_port`;
      throw new VumiError('config.invalid', message, { field: 'listen_port', cause: error });
    });
    return new MailServer(server);
  }

  get port(): number {
    const address = this.#server.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** Null for one that is too long, of which nothing is kept. */
async function take(stream: SMTPServerDataStream, size: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > size) parts.length = 0;
    else parts.push(part);
  }
  return length > size || stream.sizeExceeded ? null : Buffer.concat(parts);
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

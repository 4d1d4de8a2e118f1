import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { silentLogger } from '@vumi/core';
import { freePort } from '@vumi/machine/testing';
import { BLANK_MESSAGE, type BindBody, type MessageBody } from '../smpp/codec/pdu.ts';
import { STATUS } from '../smpp/codec/statuses.ts';
import type { Answer } from '../smpp/session/answer.ts';
import type { Outcome } from '../smpp/session/outcome.ts';
import type { SessionState } from '../smpp/session/rules.ts';
import { Session } from '../smpp/session/session.ts';
import { eventually } from './eventually.ts';

const DELIVER: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'deliver_sm',
  sourceAddrTon: 1,
  sourceAddrNpi: 1,
  sourceAddr: '27761234567',
  destAddrNpi: 1,
  destinationAddr: '12345',
};

/** An SMSC that does exactly what a test says, one PDU at a time. */
export class TestSmsc implements AsyncDisposable {
  readonly submits: MessageBody[] = [];
  /** On which connection each came, counting from 0. */
  readonly submittedOn: number[] = [];
  readonly binds: BindBody[] = [];
  /** What submit_sm are answered; a promise that never settles is silence. */
  onSubmit: (submit: MessageBody, number: number) => Answer | Promise<Answer> = (_, number) => ({
    status: STATUS.ROK,
    id: `id-${number}`,
  });
  onBind: (bind: BindBody) => number = () => STATUS.ROK;
  readonly #server: Server;
  readonly #sessions: Session[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Without a port on one that stays its own, for who closes it and starts another there. */
  static async start(port?: number): Promise<TestSmsc> {
    const smsc = new TestSmsc(createServer());
    smsc.#server.on('connection', (socket) => {
      const number = smsc.#sessions.length;
      smsc.#sessions.push(
        new Session(socket, {
          role: 'smsc',
          window: 1000,
          responseTimeoutMs: 5000,
          enquireLinkMs: 60_000,
          bindTimeoutMs: 5000,
          logger: silentLogger,
          clock: Date.now,
          onRequest: ({ body }) => {
            if (body.command === 'submit_sm') return smsc.#submit(body, number);
            if (!('interfaceVersion' in body)) return { status: STATUS.RINVCMDID };
            smsc.binds.push(body);
            return { status: smsc.onBind(body), id: 'smsc' };
          },
        }),
      );
    });
    smsc.#server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(smsc.#server, 'listening');
    return smsc;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sessions that are bound in this way. */
  bound(state: SessionState): Session[] {
    return this.#sessions.filter((session) => session.state === state);
  }

  /** The session that is bound now; waits for one. */
  async session(state: SessionState = 'bound_trx'): Promise<Session> {
    const found = await eventually(
      () => this.bound(state)[0],
      (session) => session !== undefined,
    );
    if (found === undefined) throw new Error('nobody is bound');
    return found;
  }

  async deliver(fields: Partial<MessageBody>, state: SessionState = 'bound_trx'): Promise<Outcome> {
    const session = await this.session(state);
    return session.request({ ...DELIVER, ...fields });
  }

  async receipt(text: string, fields: Partial<MessageBody> = {}): Promise<Outcome> {
    return this.deliver({ esmClass: 0x04, shortMessage: Buffer.from(text), ...fields });
  }

  /** Cuts the connection as a broken network does. */
  async cut(): Promise<void> {
    const session = await this.session();
    session.destroy({ kind: 'closed_here', message: 'cut' });
    await session.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.#sessions)
      session.destroy({ kind: 'closed_here', message: 'the test is over' });
    await closed;
  }

  #submit(body: MessageBody, connection: number): Answer | Promise<Answer> {
    this.submits.push(body);
    this.submittedOn.push(connection);
    return this.onSubmit(body, this.submits.length);
  }
}

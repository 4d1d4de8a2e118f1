import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { errorText, VumiError } from '@vumi/core';
import { systemMachine } from '@vumi/machine';
import { connect } from '../../dialing/connect.ts';
import { encodeFrame } from '../codec/encode.ts';
import type { BindBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { Answer } from '../session/answer.ts';
import { BindRequests, VERSION_3_4 } from '../session/bind-requests.ts';
import { Session, type IncomingRequest } from '../session/session.ts';
import { createChance } from './chance.ts';
import { Counters } from './counters.ts';
import { Deliveries } from './deliveries.ts';
import { distort, WITHHELD, type Asker } from './distortion.ts';
import { failLink, writeRaw, type Link } from './link.ts';
import { MessageBook } from './message-book.ts';
import { operate } from './operations.ts';
import type { InjectedMessage, Simulator, SimulatorOptions, SimulatorTls } from './options.ts';
import { PduLog } from './pdu-log.ts';
import { Phones } from './phones.ts';
import { RuleBook } from './rule-book.ts';
import {
  parseFault,
  parseScript,
  type Action,
  type Fault,
  type Rule,
  type Script,
  type ScriptInput,
} from './script.ts';
import { subscriberBodies } from './subscriber-bodies.ts';
import { Submits, type Play } from './submits.ts';
import { Throttle } from './throttle.ts';
import { Timers } from './timers.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 2775;
const REFERENCES = 256;
const CONNECT_MS = 10_000;

/**
 * A short message service centre for one's own machine: a real SMPP server with phones behind it, which does what a
 * script says.
 * @throws VumiError `config.invalid` when it cannot listen there or the script is wrong.
 */
export async function startSmscSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, tls } = options;
  const server = tls === undefined ? createServer({ noDelay: true }) : secureServer(tls);
  const smsc = new Smsc(server, options);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VumiError('config.invalid', explainListen(error, `${host}:${port}`), { cause: error });
  }
  return smsc;
}

function secureServer({ requestCert = false, ...context }: SimulatorTls): Server {
  return createTlsServer({ ...context, requestCert, rejectUnauthorized: requestCert, noDelay: true });
}

function explainListen(error: unknown, where: string): string {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return inUse
    ? `the SMSC simulator cannot listen at ${where}: something else does; stop it or choose another port`
    : `the SMSC simulator cannot listen at ${where}: ${errorText(error)}`;
}

function createPlay(script: Script): Play {
  const chance = createChance(script.seed);
  return { script, chance, rules: new RuleBook(script, chance), throttle: new Throttle(script.throttle) };
}

class Smsc implements Simulator {
  readonly #server: Server;
  readonly #options: SimulatorOptions;
  readonly #phones = new Phones();
  readonly #counters = new Counters();
  readonly #log = new PduLog();
  readonly #book = new MessageBook();
  readonly #bindRequests = new BindRequests();
  readonly #timers = new Timers();
  readonly #deliveries: Deliveries;
  readonly #submits: Submits;
  readonly #links = new Set<Link>();
  readonly #closing = new AbortController();
  #scriptInput: ScriptInput;
  #play: Play;
  #number = 0;
  #reference = 0;
  #injected = 0;

  constructor(server: Server, options: SimulatorOptions) {
    const { logger, script = {} } = options;
    this.#server = server;
    this.#options = options;
    this.#scriptInput = script;
    this.#play = createPlay(parseScript(script, 'config.invalid'));
    this.#deliveries = new Deliveries({
      logger,
      retryMs: () => this.#play.script.retry_ms,
      where: () => `${this.host}:${this.port}`,
    });
    this.#submits = new Submits({
      play: () => this.#play,
      phones: this.#phones,
      deliveries: this.#deliveries,
      counters: this.#counters,
      book: this.#book,
      timers: this.#timers,
    });
    server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#accept(socket),
    );
    server.on('tlsClientError', (error: Error) => logger.warn({ reason: error.message }, 'no TLS session'));
  }

  get host(): string {
    return this.#options.host ?? DEFAULT_HOST;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get receivers(): number {
    return this.#deliveries.receivers;
  }

  get script(): ScriptInput {
    return this.#scriptInput;
  }

  replaceScript(script: ScriptInput): void {
    this.#play = createPlay(parseScript(script, 'request.invalid'));
    this.#scriptInput = script;
  }

  async inject(message: InjectedMessage): Promise<{ message_id: string }> {
    this.#reference = (this.#reference + 1) % REFERENCES;
    const bodies = subscriberBodies(message, this.#reference);
    const { injectTimeoutMs: giveUpMs = 5000 } = this.#options;
    const target = { systemId: message.system_id ?? null, giveUpMs };
    await Promise.all(
      bodies.map(async (body) => {
        this.#counters.add('deliveries');
        await this.#deliveries.deliver(body, target);
        this.#counters.add('deliveries_answered');
      }),
    );
    this.#injected += 1;
    return { message_id: `mo-${this.#injected}` };
  }

  messages({ address }: { readonly address?: string | undefined } = {}) {
    return this.#phones.list(address);
  }

  onMessage(listener: Parameters<Simulator['onMessage']>[0]): Disposable {
    return this.#phones.onMessage(listener);
  }

  sessions() {
    return [...this.#links].map(({ number, systemId, session }) => ({
      session: number,
      system_id: systemId,
      state: session.state,
      in_flight: session.inFlight,
    }));
  }

  fail(fault: Fault, systemId?: string): number {
    const links = [...this.#links].filter((link) => systemId === undefined || link.systemId === systemId);
    const checked = parseFault(fault);
    for (const link of links) failLink(link, checked, this.#play.chance);
    return links.length;
  }

  cut(): void {
    this.fail('disconnect');
  }

  async outbind(esme: { host: string; port: number; system_id?: string; password?: string }): Promise<void> {
    const { system_id: systemId = this.#play.script.system_id, password = '' } = esme;
    const socket = await connect(esme, CONNECT_MS, this.#closing.signal);
    const link = this.#accept(socket);
    writeRaw(link, encodeFrame({ status: 0, sequence: 1, body: { command: 'outbind', systemId, password } }));
  }

  counts() {
    return this.#counters.counts;
  }

  seen(atLeast: number) {
    return this.#counters.seen(atLeast);
  }

  resetCounts(): void {
    this.#counters.reset();
  }

  log(filter?: Parameters<Simulator['log']>[0]) {
    return this.#log.list(filter);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#closing.abort();
    this.#timers.stop();
    this.#deliveries.close();
    await Promise.all([...this.#links].map(({ session }) => session.close()));
    await closed;
  }

  #accept(socket: Socket): Link {
    const { logger } = this.#options;
    const { script } = this.#play;
    this.#number += 1;
    const number = this.#number;
    const session: Session = new Session(socket, {
      role: 'smsc',
      window: script.window,
      responseTimeoutMs: script.response_timeout_ms,
      enquireLinkMs: script.enquire_link_ms,
      bindTimeoutMs: script.bind_timeout_ms,
      incomingLimit: script.outstanding,
      logger,
      clock: () => systemMachine().given(),
      admit: (frame) => {
        this.#log.add(number, 'received', frame);
        return !link.deaf;
      },
      onWritten: (pdus) => this.#log.add(number, 'sent', pdus),
      onRequest: (request) => this.#answer(request, link),
    });
    const link: Link = { number, socket, session, systemId: '', version: VERSION_3_4, deaf: false };
    this.#links.add(link);
    void session.closed.then(({ kind, message }) => {
      this.#links.delete(link);
      this.#deliveries.remove(session);
      logger.info({ systemId: link.systemId, kind, reason: message }, 'SMPP session ended');
    });
    return link;
  }

  #answer({ body, frame }: IncomingRequest, link: Link): Answer | Promise<Answer> {
    const asker: Asker = { link, command: body.command, sequence: frame.readUInt32BE(12) };
    switch (body.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        return this.#bind(body, asker);
      case 'submit_sm':
      case 'data_sm':
        return this.#submits.take(body, asker);
      case 'submit_multi':
        return this.#submits.takeMulti(body, asker);
      case 'query_sm':
      case 'cancel_sm':
      case 'replace_sm': {
        const on = body.command.slice(0, -'_sm'.length) as Rule['on'];
        const action = this.#actionFor(on, body.sourceAddr, body.messageId);
        return this.#act(action, asker, () => operate(body, this.#book));
      }
      default:
        return { status: STATUS.RINVCMDID };
    }
  }

  #actionFor(on: Rule['on'], from: string, text: string): Action {
    return this.#play.rules.actionFor({ on, from, to: '', text });
  }

  /** Does what the script says to something other than a submit. */
  async #act(action: Action, asker: Asker, proceed: () => Answer): Promise<Answer> {
    const { chance } = this.#play;
    if (action.before !== undefined) {
      failLink(asker.link, action.before, chance);
      return WITHHELD;
    }
    if (action.delay_ms !== undefined) {
      await this.#timers.wait(chance.pick(action.delay_ms));
    }
    const answer = action.status === undefined ? proceed() : { status: action.status };
    return distort(answer, action, asker, chance);
  }

  #bind(body: BindBody, asker: Asker): Answer | Promise<Answer> {
    const { link } = asker;
    link.systemId = body.systemId;
    link.version = body.interfaceVersion;
    const proceed = (): Answer => this.#admit(body, link);
    const action = this.#actionFor('bind', body.systemId, '');
    return Object.keys(action).length === 0 ? proceed() : this.#act(action, asker, proceed);
  }

  #admit(body: BindBody, link: Link): Answer {
    const { accounts, system_id: systemId, version, max_binds, bind_full_status } = this.#play.script;
    const status = checkCredentials(accounts, body);
    const answer = this.#bindRequests.answer(body, link.session, {
      systemId,
      status,
      ...(max_binds === undefined ? {} : { maxBinds: max_binds }),
      fullStatus: bind_full_status,
      version: version === '3.3' ? 0x33 : VERSION_3_4,
    });
    const accepted = answer.status === STATUS.ROK;
    this.#counters.add(accepted ? 'binds' : 'binds_refused');
    const { logger } = this.#options;
    logger.info({ systemId: body.systemId, command: body.command, status: answer.status }, 'SMPP bind');
    if (!accepted || body.command === 'bind_transmitter') return answer;
    const takesTlvs = body.interfaceVersion >= VERSION_3_4 && version !== '3.3';
    const receiver = { session: link.session, systemId: body.systemId, takesTlvs };
    return { ...answer, onQueued: () => this.#deliveries.add(receiver) };
  }
}

function checkCredentials(
  accounts: Readonly<Record<string, string>> | undefined,
  { systemId, password }: BindBody,
): number {
  if (accounts === undefined) return STATUS.ROK;
  if (!Object.hasOwn(accounts, systemId)) return STATUS.RINVSYSID;
  return accounts[systemId] === password ? STATUS.ROK : STATUS.RINVPASWD;
}

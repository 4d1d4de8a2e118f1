import { BlockList, isIP, type Socket } from 'node:net';
import type { Logger, SmppMode } from '@vumi/core';
import { systemMachine } from '@vumi/machine';
import type {
  BindBody,
  CancelBody,
  DataBody,
  MessageBody,
  MultiBody,
  QueryBody,
  ReplaceBody,
} from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { Answer, IncomingBody } from '../session/answer.ts';
import type { BindRequests } from '../session/bind-requests.ts';
import { Session } from '../session/session.ts';
import type { BindGate } from './bind-gate.ts';
import type { BindRegistry } from './bind-registry.ts';
import type { Receiver } from './client-deliveries.ts';
import type { SmppServerConfig } from './config.ts';
import type { ServerClient, SmppServerPorts } from './ports.ts';
import type { Submits } from './submits.ts';

export interface ConnectionPorts extends Pick<SmppServerPorts, 'client' | 'isActive' | 'verify' | 'logger'> {
  readonly config: SmppServerConfig;
  readonly bindRequests: BindRequests;
  readonly gate: BindGate;
  readonly registry: BindRegistry;
  readonly submits: Submits;
  /** The bind may receive from now on. */
  readonly onReceiver: (systemId: string, receiver: Receiver) => void;
}

const MODES: Readonly<Record<BindBody['command'], SmppMode>> = {
  bind_transmitter: 'transmitter',
  bind_receiver: 'receiver',
  bind_transceiver: 'transceiver',
};
/** interface_version of v3.4: older peers know neither TLVs nor long ids (section 3.4). */
const VERSION_3_4 = 0x34;
/** Section 5.2.2 has room for so many characters of a password. */
const USUAL_PASSWORD = 8;
/** Until a client is known: enough for one that binds. */
const UNBOUND_WINDOW = 1;

/** What a bind was granted. */
interface Bound {
  readonly client: ServerClient;
  readonly mode: SmppMode;
  readonly knowsTlvs: boolean;
}

/** One connection of a client, from its first octet to its last. */
export class Connection {
  readonly session: Session;
  readonly #ports: ConnectionPorts;
  readonly #address: string;
  readonly #gone = new AbortController();
  #logger: Logger;
  #binding = false;
  #bound: Bound | null = null;
  /** Requests of the client that wait for their answer. */
  #asked = 0;

  constructor(socket: Socket, ports: ConnectionPorts) {
    const { config } = ports;
    this.#ports = ports;
    this.#address = socket.remoteAddress ?? '';
    this.#logger = ports.logger.child({ peer: this.#address });
    this.session = new Session(socket, {
      role: 'smsc',
      window: UNBOUND_WINDOW,
      responseTimeoutMs: config.response_timeout * 1000,
      enquireLinkMs: config.enquire_link_interval * 1000,
      bindTimeoutMs: config.bind_timeout * 1000,
      logger: this.#logger,
      clock: () => systemMachine().given(),
      onRequest: ({ body }) => this.#answer(body),
      ...(config.inactivity_timeout > 0 ? { inactivityMs: config.inactivity_timeout * 1000 } : {}),
    });
    void this.session.closed.then(({ kind, message }) => {
      this.#gone.abort(new Error('the connection is gone'));
      if (this.#bound === null) return;
      ports.registry.release(this.#bound.client.system_id);
      this.#logger.info({ kind, reason: message }, 'an SMPP client is unbound');
    });
  }

  /** Null before the bind. */
  get systemId(): string | null {
    return this.#bound?.client.system_id ?? null;
  }

  /** Takes over what the operator changed; false when the bind must end. */
  refresh(): boolean {
    const { client: before, mode } = this.#bound ?? {};
    if (this.#bound === null || before === undefined || mode === undefined) return true;
    const client = this.#ports.client(before.system_id);
    if (client === null || !client.active || !this.#ports.isActive(client.account)) return false;
    if (client.account !== before.account || client.password_set_at !== before.password_set_at) return false;
    if (!client.modes.includes(mode) || !mayComeFrom(client, this.#address)) return false;
    this.#bound = { ...this.#bound, client };
    this.session.setWindow(client.window);
    return true;
  }

  #answer(body: IncomingBody): Answer | Promise<Answer> {
    switch (body.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        return this.#bind(body);
      case 'alert_notification':
      case 'outbind':
      case 'deliver_sm':
        return { status: STATUS.RINVCMDID };
      default:
        return this.#withinWindow(() => this.#operate(body));
    }
  }

  /** A client that asks faster than it is answered is to wait: nothing of it is lost. */
  async #withinWindow(operate: () => Answer | Promise<Answer>): Promise<Answer> {
    const { window = 1 } = this.#bound?.client ?? {};
    if (this.#asked >= window) return { status: STATUS.RTHROTTLED };
    this.#asked += 1;
    try {
      return await operate();
    } finally {
      this.#asked -= 1;
    }
  }

  #operate(
    body: MessageBody | DataBody | MultiBody | QueryBody | CancelBody | ReplaceBody,
  ): Answer | Promise<Answer> {
    const { submits, client: find, isActive } = this.#ports;
    const client = find(this.#bound?.client.system_id ?? '');
    if (this.#bound === null || client === null || !isActive(client.account))
      return { status: STATUS.RINVBNDSTS };
    const { mode, knowsTlvs } = this.#bound;
    // A receiver may send data_sm (section 2.3), unless receiving is all that its client may do.
    if (mode === 'receiver' && client.modes.every((one) => one === 'receiver'))
      return { status: STATUS.RINVBNDSTS };
    const by = { client, knowsLongIds: knowsTlvs, logger: this.#logger };
    switch (body.command) {
      case 'submit_multi':
        return submits.takeMulti(body, by);
      case 'query_sm':
        return submits.query(body, by);
      case 'cancel_sm':
        return submits.cancel(body, by);
      case 'replace_sm':
        return submits.replace(body, by);
      default:
        return submits.take(body, by);
    }
  }

  async #bind(body: BindBody): Promise<Answer> {
    if (this.#binding) return { status: STATUS.RALYBND };
    this.#binding = true;
    const { gate, bindRequests, config } = this.#ports;
    await gate.enter(this.#address, this.#gone.signal);
    const { client, status } = await this.#admit(body);
    this.#logger.info(
      {
        systemId: body.systemId,
        command: body.command,
        status: statusName(status),
        ...hintOf(status, body.password),
      },
      'SMPP bind',
    );
    if (client === null || status !== STATUS.ROK) return this.#refuseBind(status);
    gate.succeeded(this.#address);
    if (this.#gone.signal.aborted) {
      this.#ports.registry.release(client.system_id);
      return { status: STATUS.RBINDFAIL };
    }
    const knowsTlvs = body.interfaceVersion >= VERSION_3_4;
    this.#bound = { client, mode: MODES[body.command], knowsTlvs };
    this.#logger = this.#logger.child({ systemId: client.system_id });
    this.session.setWindow(client.window);
    return {
      ...bindRequests.answer(body, this.session, { systemId: config.system_id, status }),
      onQueued: () => {
        if (body.command === 'bind_transmitter') return;
        this.#ports.onReceiver(client.system_id, { session: this.session, knowsTlvs });
      },
    };
  }

  /** A client whose bind fails is told why, and the connection ends (spec smpp §5 point 12). */
  #refuseBind(status: number): Answer {
    if (status === STATUS.RINVSYSID || status === STATUS.RINVPASWD) this.#ports.gate.failed(this.#address);
    return { status, onQueued: () => queueMicrotask(() => void this.session.close()) };
  }

  /** ROK, with the bind counted, or why not. */
  async #admit(body: BindBody): Promise<{ client: ServerClient | null; status: number }> {
    const { gate, registry, verify, isActive } = this.#ports;
    const client = this.#ports.client(body.systemId);
    if (client === null) return { client, status: STATUS.RINVSYSID };
    if (!mayComeFrom(client, this.#address)) return { client, status: STATUS.RBINDFAIL };
    if (!(await gate.check(() => verify(body.systemId, body.password))))
      return { client, status: STATUS.RINVPASWD };
    const mayBind = client.active && isActive(client.account) && client.modes.includes(MODES[body.command]);
    if (!mayBind) return { client, status: STATUS.RBINDFAIL };
    return { client, status: (await registry.claim(client)) ? STATUS.ROK : STATUS.RALYBND };
  }
}

/** Clients that cut passwords do not say so. */
function hintOf(status: number, password: string): { readonly hint?: string } {
  if (status !== STATUS.RINVPASWD || password.length !== USUAL_PASSWORD) return {};
  return { hint: `it gave ${USUAL_PASSWORD} characters: clients may cut a longer password to as many` };
}

function mayComeFrom({ allowed_ips: allowed }: ServerClient, address: string): boolean {
  if (allowed.length === 0) return true;
  const list = new BlockList();
  for (const entry of allowed) {
    const [network = '', bits] = entry.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  const mapped = address.replace(/^::ffff:/, '');
  return list.check(mapped, isIP(mapped) === 6 ? 'ipv6' : 'ipv4');
}

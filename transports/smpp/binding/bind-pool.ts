import type { Socket } from 'node:net';
import type { Logger } from '@vumi/core';
import type { BindCommand, OutbindBody } from '../codec/pdu.ts';
import type { SmppConfig } from '../config.ts';
import type { Session } from '../session/session.ts';
import type { BindHealth } from './bind-health.ts';
import { Binding, passwordAdvice } from './binding.ts';
import { OutbindListener } from './outbind-listener.ts';
import { loadTlsClient } from './tls.ts';

export interface BindPoolPorts {
  readonly config: SmppConfig;
  readonly health: BindHealth;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly random: () => number;
  readonly createSession: (socket: Socket, onOutbind?: (body: OutbindBody) => void) => Session;
  /** A session that can submit; the name of its bind is the same in its next life. */
  readonly onTransmitter: (session: Session, bind: string) => void;
}

const COMMANDS: Readonly<Record<SmppConfig['bind_type'], readonly BindCommand[]>> = {
  transceiver: ['bind_transceiver'],
  transmitter_receiver: ['bind_transmitter', 'bind_receiver'],
  transmitter: ['bind_transmitter'],
  receiver: ['bind_receiver'],
  outbind: [],
};

/** Every bind of a transport: those that we keep, and those for which the SMSC calls. */
export class BindPool {
  readonly #bindings: readonly Binding[];
  readonly #listener: OutbindListener | null;

  private constructor(bindings: readonly Binding[], listener: OutbindListener | null) {
    this.#bindings = bindings;
    this.#listener = listener;
  }

  /** Throws `config.invalid` when a certificate cannot be read or a port cannot be had. */
  static async start(ports: BindPoolPorts): Promise<BindPool> {
    const { config, health, logger } = ports;
    const advice = passwordAdvice(config);
    if (advice !== null) logger.warn({ advice }, 'the password is unusual');
    const { host = '', port = 0, outbind } = config;
    const target = { host, port, tls: await loadTlsClient(config, logger) };
    const reporters = new Map(bindNames(config).map((bind) => [bind, health.reporter(bind.name)]));
    const listener =
      outbind === undefined
        ? null
        : await OutbindListener.start({ ...ports, outbind, report: health.reporter('outbind') });
    const bindings = [...reporters].map(
      ([{ name, command }, report]) =>
        new Binding({
          ...ports,
          command,
          target,
          report,
          onBound: (session) => {
            if (command !== 'bind_receiver') ports.onTransmitter(session, name);
          },
        }),
    );
    return new BindPool(bindings, listener);
  }

  /** Where outbinds are taken; null when none are. */
  get outbindPort(): number | null {
    return this.#listener?.port ?? null;
  }

  /** Lets what is in flight finish for up to `drainMs`, unbinds and stays closed. */
  async close(drainMs: number): Promise<void> {
    await Promise.all([
      ...this.#bindings.map((binding) => binding.close(drainMs)),
      this.#listener?.close(drainMs),
    ]);
  }
}

function bindNames({ bind_type, bind_count }: SmppConfig): { name: string; command: BindCommand }[] {
  return COMMANDS[bind_type].flatMap((command) =>
    Array.from({ length: bind_count }, (_, index) => ({
      command,
      name: `${command.slice('bind_'.length)} ${index + 1}`,
    })),
  );
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUserMessage, silentLogger, type End, type KeyedState, type UserMessage } from '@vumi/core';
import { openEmbeddedState } from '@vumi/state';
import type { Routed, Router, RouterPorts, RouterType } from '../router.ts';

/** A line in the log of a router: its level and text. */
type Line = readonly [level: 'debug' | 'info' | 'warn' | 'error', text: string];

/** Where routers of tests work: real state on a clock of its own. */
export interface RouterPlace extends AsyncDisposable {
  readonly state: KeyedState;
  readonly lines: Line[];
  /** Names of connectors that are down. */
  readonly down: Set<string>;
  pass(ms: number): void;
  create(type: RouterType, config: unknown, changes?: Partial<RouterPorts>): Promise<Router>;
}

export async function openRouterPlace(): Promise<RouterPlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-router-'));
  let now = Date.UTC(2026, 10, 29);
  const clock = (): number => now;
  const state = await openEmbeddedState({ dataDir, logger: silentLogger, clock });
  const lines: Line[] = [];
  const down = new Set<string>();
  const log =
    (level: Line[0]) =>
    (_fields: object, text: string): void =>
      void lines.push([level, text]);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const ports: RouterPorts = {
    dispatcher: 'dispatcher',
    transports: ['t1', 't2'],
    applications: ['app1', 'app2'],
    state,
    clock,
    random: () => 0.5,
    logger: { ...logger, child: () => ({ ...logger, child: () => silentLogger }) },
    isUp: (connector) => !down.has(connector),
  };
  return {
    state,
    lines,
    down,
    pass: (ms) => void (now += ms),
    create: (type, config, changes = {}) => type.create(config, { ...ports, ...changes }),
    async [Symbol.asyncDispose]() {
      await state[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function endOf(connector: string, endpoint = 'default'): End {
  return { connector, endpoint };
}

export function messageOf(fields: Partial<UserMessage>): UserMessage {
  return createUserMessage({ from_addr: '+27761234567', to_addr: '8000', transport_name: 't1', ...fields });
}

/** `inbound app1`, or `inbound app1.sms` for an endpoint of another name. */
export function placesOf(routed: readonly Routed[]): string[] {
  return routed.map(({ flow, connector, endpoint }) =>
    endpoint === 'default' ? `${flow} ${connector}` : `${flow} ${connector}.${endpoint}`,
  );
}

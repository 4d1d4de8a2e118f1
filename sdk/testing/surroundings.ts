import { hash } from 'node:crypto';
import { appOf, silentLogger, type AppRef, type Clock, type KeyedState } from '@vumi/core';
import type { AppSettings, HttpGateway, SandboxPorts } from '@vumi/sandbox';
import { isUnasked, normaliseAddress } from '@vumi/records';
import type { MemoryRecords } from '@vumi/sandbox/testing';
import type { Side } from './side.ts';

interface Around {
  readonly sides: readonly Side[];
  readonly state: KeyedState;
  readonly records: MemoryRecords;
  readonly clock: Clock;
  readonly http: HttpGateway;
  readonly settings: () => AppSettings;
  /** Of phones for which none was said. */
  readonly network: string;
}

/** Characters. */
const LINK_LENGTH = 16;

/** What a sandbox has around it: accounts in memory, and no network. */
export function surroundings({
  sides,
  state,
  records,
  clock,
  http,
  settings,
  network,
}: Around): SandboxPorts {
  const sideOf = (ref: Pick<AppRef, 'account'> | null): Side => {
    const side = sides.find((one) => one.ref.account === ref?.account);
    if (side === undefined) throw new Error(`there is no account ${ref?.account}`);
    return side;
  };
  return {
    state,
    records,
    logger: silentLogger,
    clock,
    http,
    liveVersions: (ref) => {
      const { active, changedAt } = sideOf(ref);
      return { active, rollout: null, changedAt, talks: 'pin' };
    },
    loadVersion: async (ref, version) => {
      const code = sideOf(ref).versions.get(version);
      if (code === undefined) throw new Error(`there is no version ${version}`);
      return code;
    },
    settings: async () => ({ can_manage_optouts: true, ...settings() }),
    endpoints: () => null,
    networkOf: () => network,
    drawLink: (id, index) => hash('sha256', `${id} ${index}`, 'base64url').slice(0, LINK_LENGTH),
    publishOutbound: async (message) => {
      const side = sideOf(appOf(message));
      const isRefused = isUnasked(message) && (await hasOptedOut(records, side.ref.account, message.to_addr));
      if (isRefused) side.refused.push(message);
      else side.publish(message);
    },
    publishFailure: async () => undefined,
    applyStoreEffects: async (effects) => {
      if (sideOf(effects).keep(effects)) records.apply(effects);
      return [];
    },
    log: (entry) => void sideOf(entry).log.push(entry),
    recordRun: (run) => void sideOf(run).runs.push(run),
  };
}

async function hasOptedOut(
  records: MemoryRecords,
  account: string,
  address: string | null,
): Promise<boolean> {
  if (address === null) return false;
  return (await records.optout(account, 'msisdn', normaliseAddress('msisdn', address))) !== null;
}

import { isMeantBy, scopesAsked, type PageScope } from '@vumi/core';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { HostingPorts } from './ports.ts';
import type { Site } from './site.ts';

const STATE_SCOPE = 'state:read:';

const scopes = z.array(z.string()).default([]);
const manifestSchema = z.looseObject({
  frontend: z
    .looseObject({
      scopes,
      private: z.union([z.boolean(), z.array(z.string())]).default(false),
      members: z.looseObject({ scopes }).prefault({}),
    })
    .prefault({}),
});

/** What vumi.json says of an app's page: who sees which files, and who may read which state. */
export interface Frontend {
  /** Of everybody who opens the page. */
  readonly scopes: readonly string[];
  /** Of who is signed in, beside those of everybody. */
  readonly memberScopes: readonly string[];
  /** What it asks its account for beside that. */
  readonly asked: readonly PageScope[];
  isPrivate(path: string): boolean;
}

/** Versions never change, so what theirs say is kept. */
export class Frontends {
  readonly #ports: Pick<HostingPorts, 'manifest'>;
  readonly #known = new LRUCache<string, Frontend>({ max: 1000 });

  constructor(ports: Pick<HostingPorts, 'manifest'>) {
    this.#ports = ports;
  }

  async of({ ref, version }: Site): Promise<Frontend> {
    const key = `${ref.account}/${ref.app}/${version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const frontend = readFrontend(await this.#ports.manifest(ref, version));
    this.#known.set(key, frontend);
    return frontend;
  }
}

function readFrontend(manifest: Readonly<Record<string, unknown>>): Frontend {
  const { frontend } = manifestSchema.parse(manifest);
  const patterns = frontend.private === true ? ['*'] : frontend.private || [];
  return {
    scopes: frontend.scopes.filter(isStateScope),
    memberScopes: frontend.members.scopes.filter(isStateScope),
    asked: scopesAsked(manifest),
    isPrivate: (path) => patterns.some((pattern) => isMeantBy(pattern, path)),
  };
}

function isStateScope(scope: string): boolean {
  return scope.startsWith(STATE_SCOPE);
}

/** Whether scopes open one key of the app's state: `state:read:<key>`, or `state:read:<start>*`. */
export function mayRead(held: readonly string[], key: string): boolean {
  return held.some((scope) => isStateScope(scope) && isMeantBy(scope.slice(STATE_SCOPE.length), key));
}

/** Whether scopes open every key that starts so. */
export function mayList(held: readonly string[], prefix: string): boolean {
  return held.some(
    (scope) =>
      isStateScope(scope) && scope.endsWith('*') && isMeantBy(scope.slice(STATE_SCOPE.length), prefix),
  );
}

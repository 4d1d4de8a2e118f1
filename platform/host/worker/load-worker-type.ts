import { findType, isExtensionFile, loadExtension } from '@vumi/core';
import type { WorkerType } from '@vumi/runtime';
import { transportTypes, type TransportType } from '@vumi/transports';
import { transportWorker } from '../transport-worker.ts';
import type { Options } from './worker-file.ts';

/** A worker type as a word names it. */
export interface FoundWorker {
  readonly type: WorkerType;
  /** A transport: its worker's name is its connector's. */
  readonly isTransport: boolean;
  /** Options that the class name stands for, such as the kind of bind of `SmppReceiverTransport`. */
  readonly implied: Options;
}

/**
 * The worker that a word names: a type, one of Vumi's class names, or a file whose default export is made by
 * `defineWorker`, `defineApplication` or `defineTransport`. Throws `config.invalid`, which names the nearest.
 */
export async function findWorker(word: string, types: readonly WorkerType[]): Promise<FoundWorker> {
  if (isExtensionFile(word)) return loadWorker(word);
  const type = findType(types, word, { kind: 'worker' });
  return {
    type,
    isTransport: Object.hasOwn(transportTypes, type.type),
    implied: type.optionsOf?.(word) ?? {},
  };
}

async function loadWorker(file: string): Promise<FoundWorker> {
  const found = await loadExtension<TransportType | WorkerType>(file, {
    kind: 'worker',
    definedBy: 'defineApplication, defineTransport or defineWorker',
    isKind: (value): value is TransportType | WorkerType =>
      'start' in value && typeof value.start === 'function' && 'configSchema' in value,
  });
  if ('placement' in found) return { type: found, isTransport: false, implied: {} };
  return { type: transportWorker(found), isTransport: true, implied: {} };
}

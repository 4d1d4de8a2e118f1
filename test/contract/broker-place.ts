import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRabbitBroker, openEmbeddedBroker, type RabbitBrokerOptions } from '@vumi/broker';
import { EXCHANGES, silentLogger, type Broker } from '@vumi/core';
import amqp from 'amqplib';
import { backend, requireServer } from '../backend.ts';

const RETRY_DELAY_MS = 5;

/** A broker under test that leaves nothing behind: a data folder of its own, or a namespace of its own on RabbitMQ. */
export interface BrokerPlace extends AsyncDisposable {
  readonly broker: Broker;
  /** A name that no other test has used. */
  queue(kind?: string): string;
}

export async function openBrokerPlace(): Promise<BrokerPlace> {
  return backend === 'servers' ? openRabbitPlace() : openEmbeddedPlace();
}

async function openEmbeddedPlace(): Promise<BrokerPlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-broker-'));
  const broker = await openEmbeddedBroker({ dataDir, logger: silentLogger, retryDelayMs: RETRY_DELAY_MS });
  return {
    broker,
    queue: nameQueue,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface RabbitPlace extends BrokerPlace {
  readonly namespace: string;
}

/** Queues of RabbitMQ have to be deleted by name: the names are those that were used. */
export async function openRabbitPlace(options: Partial<RabbitBrokerOptions> = {}): Promise<RabbitPlace> {
  const url = await requireServer('broker');
  const namespace = `contract_${randomBytes(6).toString('hex')}`;
  const broker = await connectRabbitBroker({
    url,
    namespace,
    logger: silentLogger,
    retryDelayMs: RETRY_DELAY_MS,
    exclusiveQueues: /^exclusive/,
    ...options,
  });
  const names: string[] = [];
  const queue = (kind?: string): string => {
    const name = nameQueue(kind);
    names.push(
      name,
      `${name}.inbound`,
      `${name}.event`,
      `${name}.outbound`,
      `${name}.failures`,
      `${name}.failures.dead`,
    );
    return name;
  };
  return {
    broker,
    namespace,
    queue,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await deleteQueues(url, namespace, names);
    },
  };
}

async function deleteQueues(url: string, namespace: string, names: readonly string[]): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  for (const name of names) await channel.deleteQueue(`${namespace}.${name}`);
  for (const { name } of Object.values(EXCHANGES)) await channel.deleteExchange(`${namespace}.${name}`);
  await connection.close();
}

function nameQueue(kind = 'queue'): string {
  return `${kind}_${randomBytes(4).toString('hex')}`;
}

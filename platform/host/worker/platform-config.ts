import { parseInput } from '@vumi/core';
import { configSchema, type Config } from '../config-schema.ts';
import type { RedisPlace } from './redis-manager.ts';
import type { WorkerSettings } from './worker-settings.ts';

/**
 * The sections of the platform's configuration that a process of workers reads. `ofOptions`: where the options of the
 * worker say that its state is; they win over the environment. Throws `config.invalid`.
 */
export function toPlatformConfig(settings: WorkerSettings, ofOptions: RedisPlace | null): Config {
  const { brokerUrl, namespace, queueType, databaseUrl, dataDir, probe, http, heartbeats, logLevel } =
    settings;
  const redis = ofOptions ?? settings.redis;
  const sections = {
    data_dir: dataDir,
    broker: {
      queue_type: queueType,
      ...(brokerUrl === null ? {} : { url: brokerUrl }),
      ...(namespace === '' ? {} : { namespace }),
    },
    database: databaseUrl === undefined ? {} : { url: databaseUrl },
    redis: redis?.kind === 'redis' ? { url: redis.url, prefix: redis.prefix } : {},
    probe,
    http: {
      hooks: { host: http.host, port: http.port },
      ...(http.publicUrl === null ? {} : { public_url: http.publicUrl }),
    },
    log_level: logLevel,
    heartbeats,
  };
  return parseInput(configSchema, sections, 'config.invalid');
}

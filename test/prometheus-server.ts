import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireProgram } from './conformance/debian-program.ts';
import { freePort } from '@vumi/machine/testing';

/** A row of an answer: labels, and the value as Prometheus writes it. */
type PrometheusRow = readonly [metric: Readonly<Record<string, string>>, value: string];

/** Prometheus of Debian, as a process that ends with the stack. */
export interface PrometheusServer extends AsyncDisposable {
  /** The rows that a query finds now; undefined while the server does not answer yet. */
  ask(query: string): Promise<readonly PrometheusRow[] | undefined>;
}

/** Scrapes `target`, a host and a port, each second; `scrape` is what its configuration says besides. */
export async function startPrometheus(
  folder: string,
  target: string,
  scrape: object = {},
): Promise<PrometheusServer> {
  requireProgram('prometheus', ['--version'], 'prometheus');
  const port = await freePort();
  const job = { job_name: 'vumi', static_configs: [{ targets: [target] }], ...scrape };
  // JSON is YAML, too.
  const config = { global: { scrape_interval: '1s' }, scrape_configs: [job] };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn('prometheus', flags, { stdio: 'ignore' });
  return {
    async ask(query) {
      const asked = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      // It is away at first, and then not ready.
      const response = await fetch(asked).catch(() => null);
      const answer: unknown = response?.ok === true ? await response.json() : {};
      const { data } = answer as {
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data?.result.map(({ metric, value }) => [metric, value[1]] as const);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

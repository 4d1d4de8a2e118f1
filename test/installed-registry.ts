import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IN_MODULES = 'node_modules/';
/** Node itself: whoever runs a test has it. */
const LARGE = /^node-(?:linux|win)-/;
const run = promisify(execFile);

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly bin?: unknown;
  readonly dependencies?: unknown;
  readonly optionalDependencies?: unknown;
}

/** Serves the packages that are installed in this repository as a registry does: npm needs no network then. */
export class InstalledRegistry implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<InstalledRegistry> {
    const installed = packagesHere();
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '').slice(1);
      const folder = path.startsWith(IN_MODULES) ? path : null;
      if (folder !== null) {
        void tarballOf(join(ROOT, folder)).then((bytes) => response.end(bytes));
        return;
      }
      const versions = (installed.get(path) ?? []).map((place) => {
        const found = JSON.parse(readFileSync(join(ROOT, place, 'package.json'), 'utf8')) as Installed;
        const { version, bin, dependencies, optionalDependencies } = found;
        const dist = { tarball: `http://${request.headers.host}/${place}` };
        return [version, { name: path, version, bin, dependencies, optionalDependencies, dist }] as const;
      });
      response.writeHead(versions.length === 0 ? 404 : 200, { 'content-type': 'application/json' });
      const latest = versions[0]?.[0];
      response.end(
        JSON.stringify({ name: path, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new InstalledRegistry(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Folders of each package, whichever other one it lies in: the outermost first. */
function packagesHere(): Map<string, string[]> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly link?: boolean; readonly name?: string }>>;
  };
  const folders = Object.entries(lock.packages).flatMap(([folder, { link = false, name: alias }]) => {
    const name = alias ?? folder.slice(folder.lastIndexOf(IN_MODULES) + IN_MODULES.length);
    const isThere = folder.startsWith(IN_MODULES) && !link && !LARGE.test(name);
    return isThere && existsSync(join(ROOT, folder, 'package.json')) ? [{ name, folder }] : [];
  });
  folders.sort((one, other) => one.folder.length - other.folder.length);
  return new Map(
    [...Map.groupBy(folders, ({ name }) => name)].map(([name, same]) => [
      name,
      same.map(({ folder }) => folder),
    ]),
  );
}

/** Without the packages within: npm installs those that a package has by itself. */
async function tarballOf(folder: string): Promise<Buffer> {
  const { stdout } = await run(
    'tar',
    ['-cz', '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', folder, '.'],
    { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout;
}

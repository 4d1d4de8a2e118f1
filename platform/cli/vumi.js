#!/usr/bin/env node
// Runs the platform's TypeScript on Node 24 whatever Node started us: an older system Node hands over to the
// one that npm installed beside us (optional dependencies node-<platform>), because isolated-vm is built for it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_24_ABI = '137';
/** What a shell answers for a program that a signal ended. */
const SIGNAL_EXIT = 128;
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

function findNode24() {
  if (process.versions.modules === NODE_24_ABI) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const folder = dirname(require.resolve(`node-${platform}-${process.arch}/package.json`));
    const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(node)) return node;
  } catch {
    // Not installed: the message below says what to do.
  }
  process.stderr.write(
    `vumi needs Node 24; this is ${process.version} and npm installed no Node 24 for ${platform}-${process.arch}.\n` +
      'Install Node 24 and run the command again.\n',
  );
  return process.exit(1);
}

/** What runs until it is stopped, or works on the data themselves; the other commands of smsc work with one that runs. */
function isHosted([command, second]) {
  return (
    command === 'up' ||
    command === 'dev-platform' ||
    command === 'worker' ||
    command === 'backup' ||
    command === 'restore' ||
    (command === 'smsc' && (second === undefined || second === 'run' || second.startsWith('-')))
  );
}

/** As authors install it (platform/packing): JavaScript. The platform is a package of its own. */
const isPacked = !existsSync(join(here, 'main.ts'));

function findPacked(args) {
  if (!isHosted(args)) return { file: join(here, 'dist/main.js'), args };
  try {
    const platform = dirname(require.resolve('@vumi/platform/package.json'));
    const loader = pathToFileURL(join(platform, 'modules.js')).href;
    return { file: join(platform, 'platform/host/main.ts'), args, loader };
  } catch {
    process.stderr.write(
      `vumi: "${args[0]}" needs the platform itself, and this package has what makes, tests and deploys apps.\n` +
        'Install @vumi/platform beside it, or run the command where the platform is installed.\n',
    );
    return process.exit(2);
  }
}

function findEntry(args) {
  if (isPacked) return findPacked(args);
  if (args[0] !== '--run') {
    return { file: join(here, isHosted(args) ? '../host/main.ts' : 'main.ts'), args };
  }
  const [, tool, ...rest] = args;
  const vitest = () => join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
  return { file: tool === 'vitest' ? vitest() : tool, args: rest };
}

/** npm's shell dies of a signal and tells nobody: what npm started stops when its parent has gone. */
function onNpmGone(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 500).unref();
}

const entry = findEntry(process.argv.slice(2));
const flags = [
  '--no-node-snapshot',
  '--disable-warning=ExperimentalWarning',
  ...(entry.loader === undefined ? [] : [`--import=${entry.loader}`]),
];
const ready =
  process.versions.modules === NODE_24_ABI && flags.every((flag) => process.execArgv.includes(flag));
if (ready) {
  module.enableCompileCache();
  process.argv.splice(1, Infinity, entry.file, ...entry.args);
  // A launcher that is killed cannot forward the signal: its closed channel says the same.
  const stop = () => process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', stop);
  process.channel?.unref();
  if (!process.channel) onNpmGone(stop);
  await import(pathToFileURL(entry.file).href);
} else {
  const child = spawn(findNode24(), [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Whoever has started this process and the one that does the work speak with each other, as if nobody were between them.
  if (process.channel) {
    process.on('message', (said) => child.send(said, () => {}));
    child.on('message', (said) => process.send(said, () => {}));
    process.once('disconnect', () => child.kill('SIGTERM'));
  }
  onNpmGone(() => child.kill('SIGTERM'));
  // At once: what the child has left behind may hold our output and must not hold us.
  child.on('exit', (code, signal) => {
    const isAsked = signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP';
    if (signal !== null && !isAsked) process.stderr.write(`vumi: the process was ended by ${signal}\n`);
    process.exit(code ?? SIGNAL_EXIT + (constants.signals[signal] ?? 0));
  });
  child.on('error', (error) => {
    process.stderr.write(`vumi: cannot start Node: ${error.message}\n`);
    process.exit(1);
  });
}

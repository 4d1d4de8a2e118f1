import { readdirSync, readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node';

/** In the environment of all processes of this run, also of those whose parent was killed. */
const MARK = 'VUMI_TEST_RUN';

export interface RunEndLimits {
  /** Milliseconds for vitest and for what the tests have started to end after the last test. */
  readonly farewellMs: number;
  /** Milliseconds after which a test that says nothing holds its thread: vitest's own limit is a timer of that thread. */
  readonly silenceMs: number;
}

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * Whatever dies or hangs, the run ends and says so. Vitest waits without end for a process that a test left behind with
 * the test's output in its hands, and for a test that keeps its thread to itself.
 */
export class RunEnd implements Reporter {
  readonly #limits: RunEndLimits;
  readonly #running = new Map<string, string>();
  #heardAt = performance.now();

  constructor(limits: RunEndLimits) {
    this.#limits = limits;
    process.env[MARK] = String(process.pid);
  }

  onTestRunStart(): void {
    this.#heard();
    setInterval(() => this.#look(), this.#limits.silenceMs / 10).unref();
  }

  onTestModuleStart(module: TestModule): void {
    this.#heard();
    this.#running.set(module.id, module.relativeModuleId);
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#heard();
    this.#running.set(module.id, `${module.relativeModuleId} > ${fullName}`);
  }

  onTestCaseResult(): void {
    this.#heard();
  }

  /** A long test is heard while it tells of its progress. */
  onUserConsoleLog(): void {
    this.#heard();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#heard();
    this.#running.delete(module.id);
  }

  onTestRunEnd(_modules: unknown, _errors: unknown, reason: TestRunEndReason): void {
    this.#heardAt = Infinity;
    setTimeout(
      () => this.#endRun('the tests are over and these processes are not:', reason === 'passed' ? 0 : 1),
      this.#limits.farewellMs,
    ).unref();
  }

  #heard(): void {
    this.#heardAt = performance.now();
  }

  #look(): void {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs < this.#limits.silenceMs) return;
    const running = [...this.#running.values()].join(', ');
    this.#endRun(`nothing was heard for ${Math.round(silentMs / 1000)} s of ${running}; ending`, 1);
  }

  #endRun(why: string, code: number): void {
    const left = processesOfRun(process.pid);
    const lines = left.map(({ pid, command }) => `  ${pid} ${command.slice(0, 150)}`);
    process.stderr.write(`\n${why}\n${lines.join('\n')}\n`);
    for (const { pid } of left) kill(pid);
    process.exit(code);
  }
}

/** The descendants of a process, and what carries its mark. Empty where the system has no /proc. */
function processesOfRun(root: number): RunningProcess[] {
  const all = runningProcesses();
  const family = new Set([root]);
  for (const { pid } of all) if (isMarked(pid, root)) family.add(pid);
  for (let grown = 0; grown !== family.size;) {
    grown = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  family.delete(root);
  return all.filter(({ pid }) => family.has(pid));
}

function runningProcesses(): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of existing('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = textOf(`/proc/${entry}/stat`);
    // Behind the name, which may hold anything: state and parent.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || state === 'Z') continue;
    const command = textOf(`/proc/${entry}/cmdline`).replaceAll('\0', ' ');
    found.push({ pid: Number(entry), parent: Number(parent), command });
  }
  return found;
}

function isMarked(pid: number, run: number): boolean {
  return textOf(`/proc/${pid}/environ`).split('\0').includes(`${MARK}=${run}`);
}

function existing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty for what has ended meanwhile or belongs to somebody else. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

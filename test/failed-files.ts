import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Writes the test files that failed to a file, a line each; nothing when something failed that is of no test. */
export class FailedFiles implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    if (errors.length > 0) return;
    const failed = modules.filter((module) => !module.ok()).map((module) => module.relativeModuleId);
    writeFileSync(this.#file, [...new Set(failed)].map((name) => `${name}\n`).join(''));
  }
}

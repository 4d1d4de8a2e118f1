import { execFileSync } from 'node:child_process';

/** Throws with the command that installs what is missing: these suites need programs of other makers. */
export function requireProgram(command: string, args: readonly string[], debianPackage: string): void {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
  } catch (cause) {
    const text = `this suite needs ${command} of Debian's package ${debianPackage}: apt-get install ${debianPackage}`;
    throw new Error(text, { cause });
  }
}

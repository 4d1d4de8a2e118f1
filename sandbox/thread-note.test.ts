import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ThreadNoteFile } from './thread-note.ts';

const WRITER = join(import.meta.dirname, 'thread-note.ts');

/** What another process, which has the note open, does with it. */
function write(note: ThreadNoteFile, doing: string): void {
  const program = `import { ThreadNote } from ${JSON.stringify(WRITER)}; const note = new ThreadNote(); ${doing}`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ignore', note.descriptor],
  });
}

test('what a runner notes the platform reads, as long as nobody clears it', () => {
  const note = ThreadNoteFile.open();
  if (note === null) throw new Error('no folder takes a file');
  expect(note.read()).toBeNull();
  write(note, "note.put('7'); note.put('123456789')");
  expect(note.read()).toBe('123456789');
  write(note, "note.put('8'); note.clear()");
  expect(note.read()).toBeNull();
  write(note, "note.put('9'); note.put(null)");
  expect(note.read()).toBeNull();
  note.close();
  expect(note.read()).toBeNull();
});

import { VumiError } from '@vumi/core';

/** Why a bundle is refused, for programs: `details.reason` of `bundle.refused`. */
export type RefusalReason =
  | 'zip-too-large'
  | 'not-a-zip'
  | 'truncated'
  | 'junk-before'
  | 'junk-after'
  | 'ambiguous-end'
  | 'multi-disk'
  | 'zip64'
  | 'empty'
  | 'too-many-entries'
  | 'directory-damaged'
  | 'entry-count'
  | 'encrypted'
  | 'unsupported-compression'
  | 'headers-differ'
  | 'names-differ'
  | 'descriptor-differs'
  | 'overlap'
  | 'hidden-bytes'
  | 'not-a-file'
  | 'name-traversal'
  | 'name-absolute'
  | 'name-drive'
  | 'name-backslash'
  | 'name-characters'
  | 'name-empty-part'
  | 'name-too-long'
  | 'name-too-deep'
  | 'name-reserved'
  | 'dotfile'
  | 'duplicate'
  | 'names-collide'
  | 'file-and-folder'
  | 'top-folder'
  | 'file-too-large'
  | 'total-too-large'
  | 'ratio'
  | 'size-differs'
  | 'crc-differs'
  | 'compression-damaged'
  | 'worker-missing'
  | 'worker-is-folder'
  | 'worker-twice'
  | 'worker-too-large'
  | 'text-encoding'
  | 'languages-too-large'
  | 'language-invalid'
  | 'translation-placeholders'
  | 'translation-plurals'
  | 'private-names-nothing';

/** An error `bundle.refused`; the sentence says what to do about it. */
export function refusal(reason: RefusalReason, sentence: string, file?: string): VumiError {
  const details = file === undefined ? { reason } : { reason, file: printable(file) };
  return new VumiError('bundle.refused', sentence, { details });
}

/** A name out of an untrusted zip as it may stand in a sentence. */
export function quoted(name: string): string {
  return JSON.stringify(printable(name));
}

const LONGEST = 100;

/** Control characters, and those that turn or hide text: they must not reach a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function printable(name: string): string {
  const plain = name.replace(UNPRINTABLE, '\uFFFD');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

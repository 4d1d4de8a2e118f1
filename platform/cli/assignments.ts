import { readFileSync } from 'node:fs';
import { errorText } from '@vumi/core';
import { usageError } from './exit.ts';

/** `name=value` words as an object; values that read as JSON (numbers, true, null, {…}) are taken as such. */
export function parseAssignments(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw usageError(`"${word}" must read name=value`);
      return [word.slice(0, equals), readValue(word.slice(equals + 1))];
    }),
  );
}

function readValue(text: string): unknown {
  // A phone number is a text, and so is what JSON would round.
  if (/^[+0]\d+$/.test(text) || /^\d{16,}$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The JSON object in a file; an empty one when no file is named. */
export function readJsonFile(file: string | undefined): Record<string, unknown> {
  if (file === undefined) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw usageError(`cannot read ${file} as JSON: ${errorText(error)}`);
  }
}

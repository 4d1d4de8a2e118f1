import { readFileSync } from 'node:fs';
import { errorText } from '@vumi/core';
import { CliError, usageError } from './exit.ts';

/** `name=value` words as an object; values that read as JSON (numbers, true, null, {…}) are taken as such. */
export function parseAssignments(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(textsOf(words).map(([name, text]) => [name, readValue(text)]));
}

/**
 * Calls with what the words say. Only the platform knows which of them are texts: one that it refuses as a number,
 * such as password=1234, is given again as it was written.
 */
export async function callAssigned<T>(
  words: readonly string[],
  call: (values: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  const values = parseAssignments(words);
  const texts = new Map(textsOf(words));
  const refusals = new Map<string, unknown>();
  for (;;) {
    try {
      return await call(values);
    } catch (error) {
      const name = error instanceof CliError ? (error.field ?? '').replace(/^config\./, '') : '';
      const text = texts.get(name);
      if (text === undefined || typeof values[name] === 'string') throw refusals.get(name) ?? error;
      refusals.set(name, error);
      values[name] = text;
    }
  }
}

function textsOf(words: readonly string[]): [string, string][] {
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 1) throw usageError(`"${word}" must read name=value`);
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
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

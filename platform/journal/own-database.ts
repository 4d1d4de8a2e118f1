import type { DatabaseSync } from 'node:sqlite';
import { VumiError } from '@vumi/core';
import { DatabaseInUse, openDatabase, type Synchronous } from './database.ts';

/** Like `openDatabase`, with the error `data.in_use` when another process has the file. */
export function openOwnDatabase(file: string, synchronous: Synchronous, schema: string): DatabaseSync {
  try {
    return openDatabase(file, synchronous, schema);
  } catch (error) {
    throw error instanceof DatabaseInUse
      ? new VumiError('data.in_use', error.message, { cause: error })
      : error;
  }
}

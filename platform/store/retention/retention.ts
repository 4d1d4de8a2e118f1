import type { Logger } from '@vumi/core';
import type { Database } from '../database.ts';
import { markEarlyTroubles } from '../troubles.ts';
import { deleteExpired } from './delete-expired.ts';
import type { MessageKeeping } from './retention-ports.ts';
import { tidyPartitions } from './tidy-partitions.ts';

export function openMessageKeeping(database: Database, logger: Logger): MessageKeeping {
  return {
    tidyPartitions: (plan) => tidyPartitions(database, plan, logger),
    deleteExpired: (plan, signal) => deleteExpired(database, plan, signal),
    markTroubles: () => markEarlyTroubles(database),
  };
}

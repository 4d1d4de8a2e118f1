import type { Database } from './database.ts';
import type { CompletedSteps } from './account-ports.ts';

export function openCompletedSteps(database: Database): CompletedSteps {
  return {
    async has(name) {
      const found = await database.query('select from completed_steps where name = $1', [name]);
      return found.length > 0;
    },
    async add(name) {
      await database.query('insert into completed_steps (name) values ($1) on conflict do nothing', [name]);
    },
  };
}

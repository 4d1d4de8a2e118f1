import { newId, OPTOUT_HANDLERS, type OptoutNews } from '@vumi/core';
import { tellingEffect } from '@vumi/records';
import type { Statements } from './database.ts';
import { putSchedules } from './schedules.ts';

/**
 * Tells the apps of an account which have a handler for it that somebody has opted out, or in again. What they are told by
 * is written in the transaction of the change: who has opted out has been told of, and who has not, has not.
 */
export async function tellOfOptouts(
  statements: Statements,
  account: string,
  news: readonly OptoutNews[],
): Promise<void> {
  if (news.length === 0) return;
  const apps = await statements.query<{ app: string; handlers: readonly string[] }>(
    `select apps.app, array(select distinct unnest(handlers) from versions
       where versions.account = apps.account and versions.app = apps.app
         and version in (active_version, rollout_version)) as handlers
     from apps where account = $1 order by app`,
    [account],
  );
  for (const { app, handlers } of apps) {
    const heard = news.filter(({ turn }) => handlers.includes(OPTOUT_HANDLERS[turn]));
    if (heard.length === 0) continue;
    const due = Date.now();
    await putSchedules(
      statements,
      { account, app },
      heard.map((one) => tellingEffect(one, app, { id: newId(), due })),
    );
  }
}

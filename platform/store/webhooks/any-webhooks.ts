import { errorText, type Logger } from '@vumi/core';
import type { Changes } from '../changes.ts';
import type { Database } from '../database.ts';

/**
 * Whether any webhook is told of messages: while there is none, messages are written by statements that need not look for one,
 * which take up to a fifth less of the database's time. What is not known for sure counts as yes.
 */
export interface AnyWebhooks extends Disposable {
  readonly possible: boolean;
}

/** `hears`: whether changes that other processes make are told of now. */
export async function watchAnyWebhooks(
  database: Database,
  changes: Changes,
  { hears, logger }: { readonly hears: () => boolean; readonly logger: Logger },
): Promise<AnyWebhooks> {
  let known = true;
  const look = async (): Promise<void> => {
    known = true;
    const [row] = await database.query<{ found: boolean }>(
      "select exists (select from webhooks where active and not events <@ array['alert']) as found",
    );
    known = row?.found ?? true;
  };
  const subscription = changes.listen(async ({ what }) => {
    if (what !== 'webhooks') return;
    await look().catch((error: unknown) =>
      logger.warn(
        { reason: errorText(error) },
        'cannot see whether there are webhooks: looking for each message',
      ),
    );
  });
  await look();
  return {
    get possible() {
      return known || !hears();
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

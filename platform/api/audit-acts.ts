import { errorText, VumiError, type Logger } from '@vumi/core';
import type { NewAuditEntry, Store } from '@vumi/store';

/**
 * Writes an entry before an act and what came of it after it. Without the entry there is no act; an outcome that cannot be
 * written does not undo one, and shows as unknown.
 */
export async function auditedAct<T>(
  { audit, logger }: { readonly audit: Pick<Store['audit'], 'begin' | 'finish'>; readonly logger: Logger },
  entry: NewAuditEntry,
  act: () => Promise<T>,
): Promise<T> {
  const id = await audit.begin(entry);
  const finish = (code: string | null): Promise<void> =>
    audit.finish(id, code).catch((error: unknown) => {
      logger.warn({ reason: errorText(error), id }, 'the outcome of an act is not in the audit log');
    });
  try {
    const done = await act();
    await finish(null);
    return done;
  } catch (error) {
    await finish(error instanceof VumiError ? error.code : 'internal');
    throw error;
  }
}

/** What an operation is called in the log: `putSmppClient` is `smpp_client.put`. */
export function actionOf(operation: string): string {
  const [verb = operation, ...rest] = operation.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  return rest.length === 0 ? verb : `${rest.join('_')}.${verb}`;
}

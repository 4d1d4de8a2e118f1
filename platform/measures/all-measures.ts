import type { Measure } from './definition.ts';
import { schedulerMeasures, webhookMeasures } from './boxes/applications.ts';
import { brokerMeasures } from './boxes/broker.ts';
import { dispatchMeasures } from './boxes/dispatch.ts';
import { httpMeasures } from './boxes/http.ts';
import { messageMeasures } from './boxes/messages.ts';
import { sandboxMeasures } from './boxes/sandbox.ts';
import { stateMeasures, storeMeasures } from './boxes/storage.ts';
import { transportMeasures } from './boxes/transports.ts';

/** Every measure that a process has of itself, by box. `docs/measures.md` is made of it. */
export const MEASURES: Readonly<Record<string, Readonly<Record<string, Measure>>>> = {
  Transports: transportMeasures,
  Dispatchers: dispatchMeasures,
  'Accounts and apps': messageMeasures,
  Sandbox: sandboxMeasures,
  Broker: brokerMeasures,
  Database: storeMeasures,
  State: stateMeasures,
  API: httpMeasures,
  Webhooks: webhookMeasures,
  Scheduler: schedulerMeasures,
};

export const allMeasures: readonly Measure[] = Object.values(MEASURES).flatMap((box) => Object.values(box));

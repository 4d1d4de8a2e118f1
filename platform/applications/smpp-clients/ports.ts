import type { Broker, Clock, Logger } from '@vumi/core';
import type { Billing, Catalog, MessageRecorder } from '@vumi/dispatch';
import type { EndPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';

/** What serving SMPP clients needs of the platform. */
export interface SmppClientPorts {
  readonly broker: Broker;
  readonly catalog: Pick<Catalog, 'table' | 'smppClient' | 'smppClients' | 'onReload'>;
  readonly store: Pick<Store, 'messages' | 'cancellations' | 'smppClients' | 'smppParts' | 'lease'>;
  readonly recorder: MessageRecorder;
  readonly billing: Pick<Billing, 'send'>;
  /** Whether a transport sends at present, as far as is known. */
  readonly isUp: (transport: string) => boolean;
  readonly ends: EndPorts;
  readonly clock: Clock;
  readonly logger: Logger;
}

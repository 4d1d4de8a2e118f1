import type { ListedWorker, ProcessState } from '@vumi/runtime';
import type { Conditions, RaisedAlert } from '@vumi/store';

type Rows<K extends keyof Conditions> = Awaited<ReturnType<Conditions[K]>>;

/** The platform as it is at one look. */
export interface Observation {
  readonly processes: readonly Pick<ProcessState, 'hostname' | 'disk'>[];
  readonly workers: readonly Pick<ListedWorker, 'name' | 'status' | 'message'>[];
  /** Names of those that are to run. */
  readonly transports: readonly string[];
  readonly queues: readonly { readonly queue: string; readonly messages: number }[];
  readonly failures: Rows<'deadFailures'>;
  readonly receivers: Rows<'lostDeliveries'>;
  readonly apps: Rows<'runs'>;
}

/** What a rule finds; it is over when the rule finds it no more. */
export type Finding = Omit<RaisedAlert, 'kind' | 'at'>;

/** Whether an alert of the rule's kind is open. */
type IsOpen = (subject: string, account: string | null) => boolean;

/** One kind of alert. */
export interface Rule {
  readonly kind: string;
  /** `isOpen`: what is found may end later than it begins. */
  find(seen: Observation, isOpen: IsOpen): readonly Finding[];
}

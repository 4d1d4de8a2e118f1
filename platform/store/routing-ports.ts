import type {
  Interface,
  NumberInput,
  NumberQuery,
  Page,
  PageQuery,
  Route,
  RouteInput,
  RoutedBy,
  ServedInterface,
  SmppClient,
  SmppPartGroup,
  StoredRoute,
  TransportRow,
  WorkerRow,
} from './records.ts';
import type { AssignedNumber, InterfaceSettings, SmppClientSettings } from '@vumi/core';

interface PutRoute {
  /** Is kept with the route, as JSON. */
  readonly proof?: unknown;
  /** Only whether it could be: nothing is written. */
  readonly dryRun?: boolean;
}

export interface Routes {
  /**
   * Makes or replaces. `route.conflict`, with the other route in the details, when one of the account or, for operators,
   * of anybody matches the same messages. `number.taken` and `number.not_assigned` when the number or the keyword is not
   * the account's.
   */
  put(route: RouteInput, by: RoutedBy, options?: PutRoute): Promise<Route>;
  /** What was kept with the route when it was set last; null: nothing was. */
  proof(account: string, name: string): Promise<unknown>;
  get(account: string, name: string): Promise<Route>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<Route>>;
  remove(account: string, name: string): Promise<void>;
}

/** Which numbers of which transports are whose. Routes whose number is taken away stay and do nothing. */
export interface Numbers {
  /** `number.taken` when it is another's. What the account has already stays. */
  assign(account: string, number: NumberInput): Promise<AssignedNumber>;
  /** What was assigned in these words, and the routes that have ended with it. */
  release(number: NumberInput): Promise<{ numbers: AssignedNumber[]; stopped: StoredRoute[] }>;
  /** By transport and number. */
  list(query: NumberQuery): Promise<Page<AssignedNumber>>;
}

export interface Transports {
  /** Makes or replaces. */
  put(
    name: string,
    transport: { readonly type: string; readonly config: Readonly<Record<string, unknown>> },
  ): Promise<TransportRow>;
  get(name: string): Promise<TransportRow>;
  /** By name. */
  list(): Promise<TransportRow[]>;
  /**
   * Its numbers are nobody's then: another transport of its name has its own. `request.conflict` while routes lead over it,
   * unless `force`: they stay and do nothing until they are set again.
   */
  remove(name: string, options?: { readonly force?: boolean }): Promise<void>;
}

export interface Workers {
  /** In the order in which they were started first. */
  list(): Promise<WorkerRow[]>;
  get(name: string): Promise<WorkerRow | null>;
  put(worker: WorkerRow): Promise<void>;
  /** False when there is none. */
  remove(name: string): Promise<boolean>;
  /** Counts one more restart. False when there is none. */
  restart(name: string): Promise<boolean>;
}

export interface SmppClients {
  /**
   * Makes or replaces. `password` absent: a client that is there keeps its own; null, or absent for a new client: one is
   * made and given out this once. `request.conflict` when another client has the system_id.
   */
  put(
    account: string,
    systemId: string,
    client: { readonly settings: SmppClientSettings; readonly password?: string | null | undefined },
  ): Promise<{ client: SmppClient; created: boolean; password: string | null }>;
  get(account: string, systemId: string): Promise<SmppClient>;
  /** By system_id. */
  list(account: string, page: PageQuery): Promise<Page<SmppClient>>;
  /** With its routes. */
  remove(account: string, systemId: string): Promise<void>;
  /** Whether a client of that system_id has that password. */
  verify(systemId: string, password: string): Promise<boolean>;
}

export interface Interfaces {
  /** Makes or replaces. */
  put(
    account: string,
    name: string,
    settings: InterfaceSettings,
  ): Promise<{ interface: Interface; created: boolean }>;
  get(account: string, name: string): Promise<Interface>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<Interface>>;
  /** With the routes that lead to it. */
  remove(account: string, name: string): Promise<void>;
  /** Those of all accounts, for whoever serves them. */
  all(): Promise<ServedInterface[]>;
}

/** Parts of long messages that SMPP clients have submitted, until all are there. Bodies are the caller's JSON. */
export interface SmppParts {
  /** Keeps a part, unless there is one of its number, and answers all that are there, by number. */
  add(group: SmppPartGroup, part: number, body: unknown): Promise<ReadonlyMap<number, unknown>>;
  remove(group: SmppPartGroup): Promise<void>;
  /** Those to which nothing was added since a time (milliseconds since the epoch), the longest waiting first. */
  stale(
    before: number,
    limit: number,
  ): Promise<(SmppPartGroup & { readonly parts: ReadonlyMap<number, unknown> })[]>;
}

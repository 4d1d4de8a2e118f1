import type { Page, PageQuery } from '../records.ts';

/** From what is good to know to what somebody has to look after at once. */
export const ALERT_LEVELS = ['info', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** What an alert is about: there is one at a time of each. */
export interface AlertKey {
  /** What sort of thing it is, such as `component` or `credit.low`; names in docs/alerts.md. */
  readonly kind: string;
  /** The one that it is about, such as the name of a transport. */
  readonly subject: string;
  /** Whose it is; null or absent: the platform's. */
  readonly account?: string | null;
}

/** Something that somebody has to look after. */
export interface RaisedAlert extends AlertKey {
  readonly level: AlertLevel;
  /** For people: what is wrong and what to do. */
  readonly message: string;
  /** When it was seen, in milliseconds since the epoch. */
  readonly at: number;
  /** For programs; no secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Alert {
  readonly id: string;
  readonly account: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly level: AlertLevel;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly raised_at: string;
  /** How often it was raised until it was cleared. */
  readonly raises: number;
  readonly last_at: string;
  /** Null: it is open. */
  readonly cleared_at: string | null;
}

/** What receivers are told: that an alert was raised, that it is worse than what they were told, or that it is over. */
export interface AlertNotice extends Omit<Alert, 'raises' | 'last_at'> {
  readonly change: 'raised' | 'worse' | 'cleared';
  readonly at: string;
}

export interface AlertQuery extends PageQuery {
  readonly state?: 'open' | 'cleared';
  readonly kind?: string;
  readonly subject?: string;
}

/**
 * What somebody has to look after, told once when it begins and once when it is over. What is raised again meanwhile is
 * counted, and told only when its level is worse than what was told.
 */
export interface Alerts {
  /** Durable, with what is told to webhooks, when it resolves. Answers what was told; null: it was known. */
  raise(alert: RaisedAlert): Promise<AlertNotice | null>;
  /** Null: nothing of that kind and subject was open. `message`: how it is now. */
  clear(
    key: AlertKey,
    how: { readonly at: number; readonly message?: string | undefined },
  ): Promise<AlertNotice | null>;
  /** Newest first; `account` null: the platform's and those of all accounts. */
  list(account: string | null, query: AlertQuery): Promise<Page<Alert>>;
  /** `account` null: whosever it is. */
  get(account: string | null, id: string): Promise<Alert>;
  /** Those that are open, of one kind. */
  open(kind: string): Promise<Alert[]>;
  /** Forgets what has been over for 90 days. */
  trim(): Promise<void>;
}

/** What the database knows of things that are not as they should be. */
export interface Conditions {
  /** Messages and events that were given up and that nobody has looked after. */
  deadFailures(): Promise<
    {
      readonly account: string | null;
      /** The app; else the connector. */
      readonly subject: string;
      readonly dead: number;
      /** Of the newest. */
      readonly reason: string;
    }[]
  >;
  /** Receivers of webhooks that have taken nothing for so long that deliveries were given up. */
  lostDeliveries(): Promise<
    {
      /** Null: one of the platform's. */
      readonly account: string | null;
      readonly name: string;
      readonly failing_since: string;
      readonly error: string | null;
    }[]
  >;
  /** How many runs each app has had since it was first deployed, and how many of them failed. */
  runs(): Promise<
    { readonly account: string; readonly app: string; readonly runs: number; readonly failed: number }[]
  >;
}

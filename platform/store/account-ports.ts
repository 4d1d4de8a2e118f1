import type { BillingChange } from '@vumi/core';
import type { Account, AuditEntry, NewAuditEntry, NewToken, Page, PageQuery, TokenInfo } from './records.ts';

/** What was done once when the platform was set up; it stays done when people undo it. */
export interface CompletedSteps {
  has(name: string): Promise<boolean>;
  add(name: string): Promise<void>;
}

export interface Accounts {
  /** `request.conflict` when it exists. */
  create(name: string): Promise<Account>;
  get(name: string): Promise<Account>;
  /** By name. */
  list(page: PageQuery): Promise<Page<Account>>;
  /** What is absent stays; `limits` replaces the whole plan. `actor` is kept in the audit trail. */
  change(
    name: string,
    change: {
      readonly active?: boolean | undefined;
      readonly limits?: Readonly<Record<string, number>> | undefined;
      readonly can_manage_optouts?: boolean | undefined;
      readonly respect_optouts?: boolean | undefined;
      /** Replaces all. */
      readonly private_services?: readonly string[] | undefined;
      /** Null: as the platform has it. */
      readonly retention_days?: number | null | undefined;
      /** What is absent in it stays, too. */
      readonly billing?: BillingChange | undefined;
    },
    actor: string,
  ): Promise<Account>;
}

/** `actor` is who does it, for people: it is kept in the audit trail. `account` null: tokens of administrators. */
export interface Tokens {
  /** The token is shown this once: the store keeps its hash. */
  issue(token: NewToken, actor: string): Promise<{ token: string; info: TokenInfo }>;
  /** Null for a token that was never issued or is revoked. */
  verify(token: string): Promise<TokenInfo | null>;
  /** By id: ids begin with the time. */
  list(account: string | null, page: PageQuery): Promise<Page<TokenInfo>>;
  /** What is absent stays; `expires_at` null: it has no end. */
  change(
    account: string | null,
    id: string,
    change: { readonly label?: string | undefined; readonly expires_at?: string | null | undefined },
    actor: string,
  ): Promise<TokenInfo>;
  /** Another in its place, for as long as it was made for unless said otherwise; the old one goes on for the overlap. */
  rotate(
    account: string | null,
    id: string,
    how: { readonly overlap_seconds: number; readonly expires_at?: string | null | undefined },
    actor: string,
  ): Promise<{ token: string; info: TokenInfo }>;
  revoke(account: string | null, id: string, actor: string): Promise<void>;
  /** Those of these ids that are valid. */
  alive(ids: Iterable<string>): Promise<string[]>;
  /**
   * Makes the administrator's token that was chosen outside valid, and the one that was so before invalid. `replaced`:
   * there was one.
   */
  configure(token: string): Promise<{ id: string; replaced: boolean }>;
  /** The token that `configure` made valid last. */
  configured(): Promise<{ id: string; hash: string } | null>;
}

export interface AuditQuery extends PageQuery {
  /** Not before this instant, and before that one; ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  /** A part of who it was. */
  readonly actor?: string;
  /** An action, or how some begin: `token` is `token.issued` and the like. */
  readonly action?: string;
  readonly outcome?: 'acts' | 'refused';
}

export interface AuditTrail {
  /** Newest first; `account` null: of all accounts and of the platform. */
  list(account: string | null, query: AuditQuery): Promise<Page<AuditEntry>>;
  /** Before an act that cannot write its entry in its own transaction; answers the entry's id. */
  begin(entry: NewAuditEntry): Promise<string>;
  /** What came of it; `code` null: it was done. */
  finish(id: string, code: string | null): Promise<void>;
  /** What was not done. */
  refused(entry: NewAuditEntry): Promise<void>;
  /** Forgets acts of more than 400 days ago, and refusals of more than 90. */
  trim(): Promise<void>;
}

import type { IncomingMessage } from 'node:http';
import type { AppRef, Clock, Logger, PageScope } from '@vumi/core';

export interface HostedFile {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly content_type: string;
}

/** Who is signed in where; the secrets are those of links and cookies. */
interface Members {
  /** Uses up a link of the app; null when there is no such link any more. */
  signIn(
    ref: AppRef,
    linkSecret: string,
  ): Promise<{ secret: string; path: string; expires_at: string } | null>;
  signedIn(ref: AppRef, secret: string): Promise<{ name: string } | null>;
  signOut(secret: string): Promise<void>;
}

/** Links from phones to pages. What is wrong with one that does not open is nobody's to know. */
interface Links {
  /** Uses nothing up; null: it does not open. */
  look(ref: AppRef, code: string): Promise<{ readonly asksPin: boolean } | null>;
  /** Uses the link up: of two callers one gets in. */
  use(
    ref: AppRef,
    code: string,
    pin: string | null,
  ): Promise<
    { readonly secret: string; readonly path: string; readonly lifetimeMs: number } | 'wrong_pin' | null
  >;
  /** Whose browser it is; null: nobody's any more. */
  visitor(
    ref: AppRef,
    secret: string,
  ): Promise<{ readonly user: string; readonly scopes: readonly string[] } | null>;
  /** The page's answer to the question that the link is. Throws `request.conflict` when that is over. */
  answer(ref: AppRef, secret: string, value: unknown): Promise<void>;
}

/** What an app keeps of its users; the address is that of the user. */
interface UserState {
  read(ref: AppRef, user: string, key: string): Promise<unknown>;
  write(ref: AppRef, user: string, entry: { readonly key: string; readonly value: unknown }): Promise<void>;
}

/** What accounts have granted the pages of their apps. */
interface Grants {
  /** As they are now: what is withdrawn is missing at once. */
  held(ref: AppRef): Promise<readonly PageScope[]>;
  /** Notes one answer with so many numbers in full. `viewer`: a member's name; empty: users behind links. */
  countNumbers(
    ref: AppRef,
    use: { readonly day: string; readonly viewer: string; readonly numbers: number },
  ): Promise<void>;
}

/** A contact as pages may know it. */
export interface PageContact {
  /** At which he is reached and by which he is found again; null: none is known. */
  readonly address: string | null;
  readonly name: string | null;
  readonly surname: string | null;
  readonly dob: string | null;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, string>>;
  readonly created_at: string;
}

interface Paged {
  readonly cursor?: string;
  readonly limit: number;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface People {
  /** Contacts of the account whose name or surname has all of these beginnings of words. */
  list(
    account: string,
    query: Paged & { readonly words: readonly string[]; readonly group?: string },
  ): Promise<PageOf<PageContact>>;
  find(account: string, address: string): Promise<PageContact | null>;
}

export interface PageMessage {
  readonly message_id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from_addr: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
  readonly in_reply_to: string | null;
  readonly timestamp: string;
  readonly status: string;
}

interface PageMessageQuery extends Paged {
  readonly address?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly from?: string;
  readonly to?: string;
}

/** What a page sends. */
export interface PageSend {
  readonly to: string;
  readonly content: string;
  readonly endpoint?: string;
  /** Under which it is sent once; null: each time. */
  readonly key: string | null;
  /** Who asks, as a key is his alone; without an address. */
  readonly by: string;
  /** The same, for people. */
  readonly actor: string;
  /** To whom, for the audit log; without an address. */
  readonly person: string;
}

export interface HostingPorts {
  readonly logger: Logger;
  readonly clock: Clock;
  /** The domain under which each app has an origin: `apps.localhost`. */
  readonly appsDomain: string;
  /** Where the platform itself is reached. */
  readonly platformUrl: string;
  /** Null when there is no such app, nothing of it is active, or its account is not. */
  activeVersion(ref: AppRef): number | null;
  /** The version's vumi.json. */
  manifest(ref: AppRef, version: number): Promise<Readonly<Record<string, unknown>>>;
  /** A file of the bundle by its exact path, from the version's list; null when that has none. */
  file(ref: AppRef, version: number, path: string): Promise<HostedFile | null>;
  /** The value of a key of the app's shared state; null when there is none. */
  readState(ref: AppRef, key: string): Promise<unknown>;
  /** Keys of it that begin with a prefix, by their bytes; `next` is null when nothing follows. */
  listState(
    ref: AppRef,
    query: { readonly prefix: string; readonly after?: string; readonly limit: number },
  ): Promise<{ readonly items: readonly { key: string; value: unknown }[]; readonly next: string | null }>;
  /** People who are invited to private pages. */
  readonly members: Members;
  readonly links: Links;
  readonly userState: UserState;
  readonly grants: Grants;
  readonly people: People;
  /** Of the app alone, the newest first. */
  messages(ref: AppRef, query: PageMessageQuery): Promise<PageOf<PageMessage>>;
  /** On the account's bill, by its routes, with an entry in the audit log. */
  send(ref: AppRef, message: PageSend): Promise<{ readonly message_id: string; readonly timestamp: string }>;
  /** How often the app's page was asked to send by somebody in this minute, with this time. */
  countSend(ref: AppRef, by: string): Promise<number>;
  /** Whom a request comes from, behind proxies too. */
  addressOf(request: IncomingMessage): string;
  /** Whether browsers reach the pages over TLS. */
  readonly secure: boolean;
  /** What the marks of people are made with: the same for ever, or all of them change. */
  personSecret(): Promise<string>;
  /** Signs the tokens of pages; the same in every process that serves them. */
  readonly tokenSecret: string;
}

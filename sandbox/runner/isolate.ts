import ivm from 'isolated-vm';
import type { Entries, Post } from '../guest/host.ts';
import { BOOTSTRAP_NAME } from '../script-names.ts';
import { enterInline, enterThreaded, type Entry } from './entry.ts';

/** The bootstrap is a page of trusted code: it needs a fraction of this even on a busy machine. */
const BOOTSTRAP_TIMEOUT_MS = 5000;

export interface GuestProgram {
  readonly code: string;
  /** V8's code cache of `code`, made by the first isolate of this process. Never from a tenant (CVE-2022-39266). */
  cache: ivm.ExternalCopy<ArrayBuffer> | null;
}

export type EntryReferences = { readonly [Name in keyof Entries]: ivm.Reference<Entries[Name]> };

/** Who an isolate speaks to. */
export interface IsolateOwner {
  readonly post: Post;
  readonly onCatastrophe: (message: string) => void;
}

/** What a tenant is run in. */
export interface Guest {
  readonly isolate: ivm.Isolate;
  /** Set when a tenant takes it. */
  owner: IsolateOwner | null;
  /** Whether it can be entered on the runner's own thread, once it has been entered on another. */
  readonly runsInline: boolean;
  enter(entry: Entry): Promise<void>;
  enterInline(entry: Entry, timeoutMs: number): void;
}

/** An isolate with one realm, the trusted code in it, and no tenant's yet. */
export class GuestIsolate implements Guest {
  readonly memoryMb: number;
  readonly isolate: ivm.Isolate;
  owner: IsolateOwner | null = null;
  readonly #program: GuestProgram;
  #entries: EntryReferences | null = null;
  #opening: Promise<EntryReferences> | null = null;

  constructor(memoryMb: number, program: GuestProgram) {
    this.memoryMb = memoryMb;
    this.#program = program;
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb,
      onCatastrophicError: (message) => this.owner?.onCatastrophe(message),
    });
  }

  get runsInline(): boolean {
    return this.#entries !== null;
  }

  async enter(entry: Entry): Promise<void> {
    await enterThreaded(await this.open(), entry);
  }

  enterInline(entry: Entry, timeoutMs: number): void {
    if (this.#entries !== null) enterInline(this.#entries, entry, timeoutMs);
  }

  /** Makes a realm, runs the bootstrap in it and takes the entries. */
  open(): Promise<EntryReferences> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<EntryReferences> {
    const program = this.#program;
    const context = await this.isolate.createContext();
    const post: Post = (kind, turn, text) => this.owner?.post(kind, turn, text);
    context.global.setSync('__post', new ivm.Callback(post, { ignored: true }));
    const script = await this.isolate.compileScript(program.code, {
      filename: BOOTSTRAP_NAME,
      ...(program.cache === null ? { produceCachedData: true } : { cachedData: program.cache }),
    });
    program.cache ??=
      (script as ivm.Script & { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData ?? null;
    const root = (await script.run(context, {
      reference: true,
      timeout: BOOTSTRAP_TIMEOUT_MS,
    })) as unknown as ivm.Reference<Entries>;
    this.#entries = {
      load: root.getSync('load', { reference: true }),
      dispatch: root.getSync('dispatch', { reference: true }),
      settle: root.getSync('settle', { reference: true }),
      drop: root.getSync('drop', { reference: true }),
    };
    // References that are not released keep what they refer to alive.
    root.release();
    script.release();
    context.release();
    return this.#entries;
  }
}

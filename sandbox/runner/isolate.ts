import ivm from 'isolated-vm';
import type { Entries, Post } from '../guest/host.ts';
import { BOOTSTRAP_NAME } from '../script-names.ts';
import { BACKSTOP_MS, enterInline, enterThreaded, type Entry } from './entry.ts';
import { compileAppCode, type AppCode } from './app-code.ts';

export interface GuestProgram {
  readonly code: string;
  /** V8's code cache of `code`, made by this process (rehearsal.ts). Never from a tenant (CVE-2022-39266). */
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
  /** Returns what the guest posted meanwhile (held-posts.ts). */
  enterInline(entry: Entry, timeoutMs: number): unknown;
}

/** An isolate with one realm, the trusted code in it, and no tenant's yet. */
export class GuestIsolate implements Guest {
  readonly memoryMb: number;
  readonly isolate: ivm.Isolate;
  owner: IsolateOwner | null = null;
  readonly #program: GuestProgram;
  /** Until the worker is loaded. */
  #context: ivm.Context | null = null;
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
    const entries = await this.open();
    if (entry.name === 'load') await this.#load(entries, entry);
    else await enterThreaded(entries, entry);
  }

  enterInline(entry: Entry, timeoutMs: number): unknown {
    return this.#entries === null ? '' : enterInline(this.#entries, entry, timeoutMs);
  }

  /** Makes a realm, runs the bootstrap in it and takes the entries. */
  open(): Promise<EntryReferences> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** V8's code cache of the trusted code, with the functions that have been called in this isolate. */
  async takeCache(): Promise<ivm.ExternalCopy<ArrayBuffer> | null> {
    // Found in V8's own cache of this isolate, where the script has what was compiled since.
    const script = (await this.isolate.compileScript(this.#program.code, {
      filename: BOOTSTRAP_NAME,
      produceCachedData: true,
    })) as ivm.Script & { cachedData?: ivm.ExternalCopy<ArrayBuffer> };
    return script.cachedData ?? null;
  }

  async #load(entries: EntryReferences, entry: Entry): Promise<void> {
    const [code, settings] = entry.args;
    const worker = await this.#compile(String(code), entry.cache ?? null);
    this.#context?.release();
    this.#context = null;
    if (worker === null) return enterThreaded(entries, entry);
    await entries.load.apply(undefined, [worker.derefInto(), String(settings)], { timeout: BACKSTOP_MS });
    worker.release();
  }

  /** Null where the guest has to evaluate the code itself: then it can say what is wrong with it. */
  async #compile(code: string, cachedData: AppCode['cache']): Promise<ivm.Reference<() => unknown> | null> {
    if (cachedData === null || this.#context === null) return null;
    return compileAppCode(this.isolate, this.#context, { code, cachedData }).catch(() => null);
  }

  async #open(): Promise<EntryReferences> {
    const program = this.#program;
    const context = await this.isolate.createContext();
    const post: Post = (kind, turn, text) => this.owner?.post(kind, turn, text);
    context.global.setSync('__post', new ivm.Callback(post, { ignored: true }));
    const script = await this.isolate.compileScript(program.code, {
      filename: BOOTSTRAP_NAME,
      ...(program.cache === null ? {} : { cachedData: program.cache }),
    });
    const root = (await script.run(context, {
      reference: true,
      timeout: BACKSTOP_MS,
    })) as unknown as ivm.Reference<Entries>;
    this.#entries = {
      load: root.getSync('load', { reference: true }),
      dispatch: root.getSync('dispatch', { reference: true }),
      settle: root.getSync('settle', { reference: true }),
      drop: root.getSync('drop', { reference: true }),
      take: root.getSync('take', { reference: true }),
    };
    // References that are not released keep what they refer to alive.
    root.release();
    script.release();
    this.#context = context;
    return this.#entries;
  }
}

import ivm from 'isolated-vm';
import type { Entries, Post } from '../guest/host.ts';
import { BOOTSTRAP_NAME } from '../script-names.ts';

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

/** An isolate with the trusted code in it, and no tenant's yet. */
export class GuestIsolate {
  readonly memoryMb: number;
  readonly isolate: ivm.Isolate;
  /** Set when a tenant takes it. */
  owner: IsolateOwner | null = null;
  #entries: EntryReferences | null = null;
  #opening: Promise<EntryReferences> | null = null;

  constructor(memoryMb: number) {
    this.memoryMb = memoryMb;
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb,
      onCatastrophicError: (message) => this.owner?.onCatastrophe(message),
    });
  }

  get entries(): EntryReferences | null {
    return this.#entries;
  }

  /** Makes a realm, runs the bootstrap in it and takes the entries. */
  open(program: GuestProgram): Promise<EntryReferences> {
    this.#opening ??= this.#open(program);
    return this.#opening;
  }

  async #open(program: GuestProgram): Promise<EntryReferences> {
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

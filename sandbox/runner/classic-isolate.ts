import ivm from 'isolated-vm';
import type { ClassicEntries, Post } from '../guest/host.ts';
import { BOOTSTRAP_NAME } from '../script-names.ts';
import { BACKSTOP_MS, type Entry } from './entry.ts';
import type { Guest, IsolateOwner } from './isolate.ts';

/** A heap in which the libraries are loaded: a realm made of it costs a tenth of loading them. */
export type ClassicGuest = ivm.ExternalCopy<ArrayBuffer>;

/** Takes the snapshot of a classic guest, as base64. Only of our own code: V8 trusts a snapshot (CVE-2022-39266). */
export function takeSnapshot(code: string): string {
  const snapshot = ivm.Isolate.createSnapshot([{ code, filename: BOOTSTRAP_NAME }]);
  return Buffer.from(snapshot.copy()).toString('base64');
}

export function openSnapshot(base64: string): ClassicGuest {
  // In an ArrayBuffer of its own: a small Buffer is a part of one.
  return new ivm.ExternalCopy(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
}

/** The realm of one turn. */
interface Realm {
  readonly context: ivm.Context;
  readonly entries: { readonly [Name in keyof ClassicEntries]: ivm.Reference<ClassicEntries[Name]> };
  readonly post: ivm.Callback;
  /** Entries that are inside it. */
  inside: number;
  /** Its turn has ended: nobody will enter it again. */
  isOver: boolean;
}

/** What the app does, as the platform asks every app: a classic app may take up both. */
const HANDLERS = JSON.stringify(['onMessage', 'onEvent']);

/**
 * An isolate for a classic app. Such apps keep no state in memory and were given a new realm for each message, so each
 * turn gets one, and several turns may be under way side by side.
 */
export class ClassicIsolate implements Guest {
  readonly isolate: ivm.Isolate;
  readonly runsInline = false;
  owner: IsolateOwner | null = null;
  readonly #realms = new Map<number, Realm>();
  #app = { code: '', settings: '' };

  constructor(memoryMb: number, snapshot: ClassicGuest) {
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb,
      snapshot,
      onCatastrophicError: (message) => this.owner?.onCatastrophe(message),
    });
  }

  async enter(entry: Entry): Promise<void> {
    const [first, text] = entry.args;
    if (entry.name === 'load') return this.#load(String(first), String(text));
    const turn = Number(first);
    const realm = entry.name === 'dispatch' ? await this.#open(turn) : this.#realms.get(turn);
    if (realm === undefined) return;
    realm.inside++;
    try {
      await this.#enterRealm(realm, entry, turn);
    } finally {
      realm.inside--;
      if (entry.name === 'drop') realm.isOver = true;
      this.#releaseIfOver(turn, realm);
    }
  }

  enterInline(): never {
    throw new Error('classic apps run on threads');
  }

  /** Nothing is run: a realm that evaluates the app comes with each message. */
  #load(code: string, settings: string): void {
    this.#app = { code, settings };
    this.owner?.post('loaded', 0, HANDLERS);
  }

  async #enterRealm({ entries, post }: Realm, { name, args }: Entry, turn: number): Promise<void> {
    const options = { timeout: BACKSTOP_MS };
    const text = String(args[1] ?? '');
    const { code, settings } = this.#app;
    if (name === 'dispatch')
      await entries.dispatch.apply(undefined, [post as never, turn, text, code, settings], options);
    else if (name === 'settle') await entries.settle.apply(undefined, [turn, text], options);
    else await entries.drop.apply(undefined, [turn], options);
  }

  async #open(turn: number): Promise<Realm> {
    const context = await this.isolate.createContext();
    const root = context.global.getSync('__entries', { reference: true }) as ivm.Reference<ClassicEntries>;
    const realm: Realm = {
      context,
      entries: {
        dispatch: root.getSync('dispatch', { reference: true }),
        settle: root.getSync('settle', { reference: true }),
        drop: root.getSync('drop', { reference: true }),
      },
      post: new ivm.Callback(this.#postFor(turn), { ignored: true }),
      inside: 0,
      isOver: false,
    };
    root.release();
    this.#realms.set(turn, realm);
    return realm;
  }

  /** A post may come after the entry that made it has left. */
  #postFor(turn: number): Post {
    return (kind, number, text) => {
      const realm = this.#realms.get(turn);
      if (realm !== undefined && (kind === 'done' || kind === 'threw')) {
        realm.isOver = true;
        this.#releaseIfOver(turn, realm);
      }
      // A realm speaks for its own turn, whoever got hold of its way out.
      if (number === turn) this.owner?.post(kind, number, text);
    };
  }

  /** References that are not released keep the whole realm alive. */
  #releaseIfOver(turn: number, realm: Realm): void {
    if (!realm.isOver || realm.inside > 0 || !this.#realms.delete(turn)) return;
    for (const reference of Object.values(realm.entries)) reference.release();
    realm.context.release();
  }
}

/**
 * What the code of an app has beside ECMAScript: all of it, and no more (sandbox/bundle/web-globals.ts). For a tsconfig without the
 * libraries of browsers and Node: `"types": ["@vumi/sdk/globals"]`.
 */

/** Writes into the log of the app. */
declare var console: {
  readonly debug: (...what: unknown[]) => void;
  readonly log: (...what: unknown[]) => void;
  readonly info: (...what: unknown[]) => void;
  readonly warn: (...what: unknown[]) => void;
  readonly error: (...what: unknown[]) => void;
};

interface URLSearchParams {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  forEach(work: (value: string, name: string, all: URLSearchParams) => void): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare var URLSearchParams: {
  readonly prototype: URLSearchParams;
  new (
    from?: string | URLSearchParams | Iterable<readonly [string, string]> | Readonly<Record<string, string>>,
  ): URLSearchParams;
};

interface URL {
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  readonly searchParams: URLSearchParams;
  hash: string;
  toString(): string;
  toJSON(): string;
}
declare var URL: {
  readonly prototype: URL;
  new (url: string | URL, base?: string | URL): URL;
  canParse(url: string | URL, base?: string | URL): boolean;
  parse(url: string | URL, base?: string | URL): URL | null;
};

/** Text to UTF-8. */
interface TextEncoder {
  readonly encoding: 'utf-8';
  encode(text?: string): Uint8Array;
}
declare var TextEncoder: { readonly prototype: TextEncoder; new (): TextEncoder };

/** UTF-8 to text; it knows no other encoding. */
interface TextDecoder {
  readonly encoding: 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(octets?: ArrayBuffer | ArrayBufferView): string;
}
declare var TextDecoder: {
  readonly prototype: TextDecoder;
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
};

declare function structuredClone<T>(value: T): T;
declare function btoa(octets: string): string;
declare function atob(base64: string): string;

/** Drawn from the message in hand, which says the same when it is run again: no secrets are made of it. */
declare var crypto: {
  randomUUID(): string;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
};

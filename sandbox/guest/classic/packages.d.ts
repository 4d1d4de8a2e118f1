/** Made when the libraries are bundled (sandbox/classic/guest-program.ts). */
declare module 'vumi:packages' {
  /** The modules that an app may require, each loaded when it is first called. */
  export const libraries: Readonly<Record<string, () => unknown>>;
  /** The module `crypto` (sandbox/libraries/crypto), loaded when it is first called. */
  export function createCrypto(host: {
    randomBytes(size: number): Uint8Array;
    report(text: string): void;
  }): object;
  /** Node's Buffer as the npm package "buffer" has it. */
  export const Buffer: { from(bytes: Uint8Array): Uint8Array };
}

/** Made when the libraries are bundled (sandbox/classic/guest-program.ts). */
declare module 'vumi:packages' {
  /** The modules that an app may require, each loaded when it is first called. */
  export const libraries: Readonly<Record<string, () => unknown>>;
  /** Node's Buffer as the npm package "buffer" has it. */
  export const Buffer: { from(bytes: Uint8Array): Uint8Array };
}

import type * as entry from './libraries-entry.ts';

/** The value of the libraries' bundle, which stands before this one in the same function. */
declare const vumiLibraries: typeof entry;

export const { Buffer, createCrypto, later, libraries, setTimekeeper } = vumiLibraries;

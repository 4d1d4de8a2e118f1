/**
 * The libraries and what they run on, bundled apart from the rest of the guest: most of them were written for sloppy
 * mode, the trusted code must be strict.
 */
export { Buffer, createCrypto, libraries } from 'vumi:packages';
export { later, setTimekeeper } from './later.ts';

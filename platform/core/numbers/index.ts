export * from './full-number.ts';

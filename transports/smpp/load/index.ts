export { loadSmsc } from './esme-load.ts';
export type { LoadReport } from './load-report.ts';
export { loadEsme } from './smsc-load.ts';

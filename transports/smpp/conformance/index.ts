export { testEsme, testSmsc, type PointResult } from './conformance.ts';
export { POINTS } from './points.ts';

export { testEsme, testSmsc, type PointResult } from './conformance.ts';
export { EsmeBench } from './esme-bench.ts';
export { POINTS } from './points.ts';
export { SmscBench } from './smsc-bench.ts';
export { Wire } from './wire.ts';

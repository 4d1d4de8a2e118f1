export { startDemo, type Demo, type DemoState } from './demo.ts';
export { DEMO_ACCOUNT, DEMO_NUMBER } from './sample-deployer.ts';

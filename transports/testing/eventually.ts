export { eventually } from '@vumi/machine/testing';

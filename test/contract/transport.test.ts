import { transportTypes } from '@vumi/transports';
import { SET_UPS } from '@vumi/transports/testing';
import { expect, it } from 'vitest';
import { ALL, CASES, holdToContract, OWN_FILES } from './transport-contract.ts';

/** Of no type in the registry yet: each declares it with the reason. */
const WITHOUT_A_TEST = [5, 11, 25, 27];

it('every type is set up for the contract, and nothing else', () => {
  expect([...new Set(SET_UPS.map(({ type }) => type))].toSorted()).toEqual(
    Object.keys(transportTypes).toSorted(),
  );
});

it('every case has a test, or no type needs one', () => {
  expect([...Object.keys(CASES).map(Number), ...WITHOUT_A_TEST].toSorted((a, b) => a - b)).toEqual(ALL);
  for (const { notApplicable } of SET_UPS) {
    for (const number of WITHOUT_A_TEST) expect(notApplicable[number], `case ${number}`).toBeTruthy();
  }
});

holdToContract(({ label }) => !OWN_FILES.includes(label));

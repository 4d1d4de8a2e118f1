import { expect, test } from 'vitest';
import { tellMissing } from './missing-globals.ts';

test('who calls for a global of browsers or of Node is told what there is in its place', () => {
  expect(tellMissing('ReferenceError: fetch is not defined\n    at onMessage (workers/worker.js:3:1)')).toBe(
    'ReferenceError: fetch is not defined in apps: other services are called with app.http.request\n    at onMessage (workers/worker.js:3:1)',
  );
  expect(tellMissing('ReferenceError: process is not defined')).toMatch(/app\.config.*app\.secrets/);
});

test('all other errors stay as they are', () => {
  for (const text of ['ReferenceError: clinic is not defined', 'Error: fetch is not defined', ''])
    expect(tellMissing(text)).toBe(text);
});

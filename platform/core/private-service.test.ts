import { expect, test } from 'vitest';
import { parsePrivateService } from './private-service.ts';

const HTTP = [
  [80, 80],
  [443, 443],
];

test.each([
  ['clinic-db', { host: 'clinic-db' }, HTTP],
  ['Clinic-DB.internal:5432', { host: 'clinic-db.internal' }, [[5432, 5432]]],
  [
    'localhost:80,8000-8010',
    { host: 'localhost' },
    [
      [80, 80],
      [8000, 8010],
    ],
  ],
  ['10.1.2.3', { network: { address: '10.1.2.3', prefix: 32, family: 4 } }, HTTP],
  ['10.20.0.0/16:8080', { network: { address: '10.20.0.0', prefix: 16, family: 4 } }, [[8080, 8080]]],
  ['fd00::/8', { network: { address: 'fd00::', prefix: 8, family: 6 } }, HTTP],
  ['[fd00::1]:443', { network: { address: 'fd00::1', prefix: 128, family: 6 } }, [[443, 443]]],
  ['[fc00::/7]:1-65535', { network: { address: 'fc00::', prefix: 7, family: 6 } }, [[1, 65_535]]],
])('%s is a service', (text, at, ports) => {
  expect(parsePrivateService(text)).toEqual({ at, ports });
});

test.each([
  '',
  ':80',
  'http://clinic-db',
  'clinic-db/',
  'clinic db',
  'clinic-db:',
  'clinic-db:0',
  'clinic-db:70000',
  'clinic-db:90-80',
  'clinic-db:80,',
  '*.internal',
  '10.0.0.0/33',
  '10.0.0.0/7',
  '0.0.0.0/0',
  '::/0',
  '10.0.0',
  '10.0.0.256',
  '[10.0.0.1]:80',
  '[clinic-db]:80',
  'fd00::1:80/8/9',
  '-x',
])('%j is none', (text) => {
  expect(parsePrivateService(text)).toBeNull();
});

import { expect, test } from 'vitest';
import { adviceFor } from './rabbit-link.ts';

test.each([
  ['Handshake terminated by server: 403 (ACCESS-REFUSED) with message "login refused"', '/', 'add_user'],
  [
    'Handshake terminated by server: 530 (NOT-ALLOWED) "vhost shop not found"',
    '/shop',
    'rabbitmqctl add_vhost shop',
  ],
  ['Expected ConnectionOpenOk; got <ConnectionClose channel:0>', '/shop', 'no virtual host "shop"'],
  ['Socket closed abruptly: vhost', '/%2F', 'no virtual host "/"'],
  ['connect ECONNREFUSED 127.0.0.1:5672', '', 'start it'],
])('%s', (refusal, path, advice) => {
  expect(adviceFor(refusal, path)).toContain(advice);
});

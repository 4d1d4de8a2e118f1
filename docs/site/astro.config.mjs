import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { deadLinks } from './dead-links.mjs';

/** A group of the sidebar with all pages of a folder. */
const folder = (label, directory) => ({ label, collapsed: true, items: [{ autogenerate: { directory } }] });

export default defineConfig({
  base: '/docs',
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: 'Vumi',
      description: 'An open platform on which anyone can host a messaging app in JavaScript',
      credits: false,
      sidebar: [
        { label: 'Tutorial', items: [{ autogenerate: { directory: 'tutorial' } }] },
        { label: 'Guides', items: [{ autogenerate: { directory: 'guides' } }] },
        {
          label: 'Writing apps',
          items: [
            'sdk',
            'conversations',
            'languages',
            'testing-apps',
            'phone-wall',
            'working-on-an-app',
            'buttons-and-media',
            'sandbox/classic',
          ],
        },
        {
          label: 'Sending and receiving',
          items: [
            'http-api-for-sms',
            'batches',
            'forward-sms-to-a-url',
            'message-store',
            'message-exports',
            'following-a-message',
            'failures',
            'erasure',
          ],
        },
        {
          label: 'Reference',
          collapsed: true,
          items: [
            'reference',
            folder('SDK', 'reference/sdk'),
            'reference/manifest',
            'reference/cli',
            'reference/http-api',
            'errors',
            'settings',
            'who-may-what',
            'measures',
          ],
        },
        folder('Channels', 'channels'),
        folder('Programs of other gateways', 'interfaces'),
        {
          label: 'Operating',
          items: [
            'operations',
            'logs',
            'tracing',
            'metrics',
            'alerts',
            'blinkenlights',
            'backup',
            'upgrades',
            'database',
            'workers',
            'supervisors',
            'access',
            'credits',
            'top-ups',
          ],
        },
        { label: 'Extending', items: ['extending', 'middleware', 'platform/api', 'test', 'transports'] },
        folder('Decisions', 'platform/decisions'),
      ],
    }),
    deadLinks(),
  ],
});

import { readFileSync } from 'node:fs';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { deadLinks } from './dead-links.mjs';

/** The platform has the same menu, where nobody has built the site. */
const menu = JSON.parse(readFileSync(new URL('menu.json', import.meta.url), 'utf8'));

const sidebarItem = (item) => {
  if (typeof item === 'string') return item;
  const items = item.items?.map(sidebarItem) ?? [{ autogenerate: { directory: item.folder } }];
  return { label: item.label, collapsed: true, items };
};

export default defineConfig({
  base: '/docs',
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: 'Vumi',
      description: 'An open platform on which anyone can host a messaging app in JavaScript',
      credits: false,
      sidebar: menu.map(sidebarItem),
    }),
    deadLinks(),
  ],
});

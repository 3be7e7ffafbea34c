import type { UserThemeConfig } from '@docusaurus/theme-common';
import type { Config } from '@docusaurus/types';
import { apiReference } from './plugins/api/options.ts';
import { sidebarItems } from './plugins/api/sidebar.ts';
import { cards } from './plugins/cards/index.ts';
import { conformance } from './plugins/conformance/index.ts';
import { csp } from './plugins/csp/index.ts';
import { embeds } from './plugins/embeds/index.ts';
import { experiments } from './plugins/experiments/index.ts';
import { glossary } from './plugins/glossary/index.ts';
import { inOrder } from './plugins/inOrder/index.ts';
import { licences } from './plugins/licences/index.ts';
import { llms } from './plugins/llms/index.ts';
import { modelBundle } from './plugins/modelBundle/index.ts';
import { offline } from './plugins/offline/index.ts';
import { pageData } from './plugins/pageData/remark.ts';
import { playgrounds } from './plugins/playgrounds/index.ts';
import { remarkPlaygrounds } from './plugins/playgrounds/remark.ts';
import { races } from './plugins/races/index.ts';
import { search } from './plugins/search/index.ts';
import { source } from './plugins/source/index.ts';
import { testSources } from './plugins/testSources/index.ts';
import { remarkTypedCode } from './plugins/typedCode/remark.ts';
import { SITE_POLICY_NEEDS } from './src/playground/sandbox/frame.ts';

/** Path the site lives under; `BASE_URL=/x/ npm run build` builds for a sub-path. */
const baseUrl = process.env.BASE_URL ?? '/';
if (!/^\/(?:[\w.~-]+\/)*$/.test(baseUrl)) {
  throw new Error(`BASE_URL is "${baseUrl}"; it begins and ends with a slash, like / or /faultlines/`);
}

/** Origin used in canonical links and the sitemap; pages themselves link relatively to the root they are served from. */
const url = process.env.SITE_URL ?? 'http://localhost:3000';

export default {
  title: 'Faultlines',
  tagline: 'Five kernel debates about KVM guest memory, with a model of it that runs in the page',
  url,
  baseUrl,
  trailingSlash: true,
  favicon: 'img/favicon.svg',
  future: { v4: true, faster: true },
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: {
    mdx1Compat: { comments: false, admonitions: false, headingIds: false },
    hooks: { onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw' },
  },
  i18n: { defaultLocale: 'en', locales: ['en'] },
  themes: [['@docusaurus/theme-classic', { customCss: './src/css/site.css' }]],
  plugins: [
    source,
    experiments,
    races,
    conformance,
    glossary,
    modelBundle,
    playgrounds,
    ['docusaurus-plugin-typedoc', apiReference],
    embeds,
    // What is kept for reading offline is what the others have written.
    ...inOrder(search, llms, licences, testSources, cards, csp(SITE_POLICY_NEEDS), offline),
    [
      '@docusaurus/plugin-content-docs',
      {
        routeBasePath: '/',
        sidebarPath: './sidebars.ts',
        sidebarItemsGenerator: sidebarItems,
        include: ['**/*.mdx'],
        beforeDefaultRemarkPlugins: [remarkPlaygrounds, remarkTypedCode],
        remarkPlugins: [pageData],
      },
    ],
    '@docusaurus/plugin-content-pages',
    ['@docusaurus/plugin-sitemap', { lastmod: null, changefreq: null, priority: null }],
  ],
  themeConfig: {
    navbar: {
      title: 'Faultlines',
      logo: { src: 'img/logo.svg', alt: '', width: 32, height: 32 },
      items: [
        { to: '/debates/', label: 'Debates', position: 'left' },
        { to: '/lab/', label: 'Lab', position: 'left' },
        { to: '/glossary/', label: 'Glossary', position: 'left' },
      ],
    },
    footer: {
      copyright: 'Apache-2.0. No cookies, no tracking: no page asks any other site for anything.',
      links: [
        { label: 'Licences of what it ships', href: 'pathname:///licences.txt' },
        { html: '<button type="button" class="fl-keys-button" data-keys>Keys</button>' },
      ],
    },
    colorMode: { respectPrefersColorScheme: true },
  } satisfies UserThemeConfig,
} satisfies Config;

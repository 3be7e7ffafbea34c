import type { SidebarsConfig } from '@docusaurus/plugin-content-docs';

export default {
  reading: [
    { type: 'doc', id: 'index', label: 'Front page' },
    {
      type: 'category',
      label: 'Primer',
      collapsible: false,
      items: [
        'primer/memslots-and-faults',
        'primer/a-fault',
        'primer/notifiers',
        'primer/private-memory',
        'primer/dirty-logging',
        'primer/memory-types',
        'primer/post-copy',
      ],
    },
    {
      type: 'category',
      label: 'Debates',
      collapsible: false,
      items: [
        'debates/index',
        'debates/private-memory/index',
        'debates/shared-only/index',
        'debates/pinning/index',
        'debates/memory-type/index',
        'debates/userfault/index',
      ],
    },
    {
      type: 'category',
      label: 'The model',
      collapsible: false,
      items: ['model/index', 'model/mechanisms', 'model/conformance', 'model/calibration', 'model/limits'],
    },
    {
      type: 'category',
      label: 'Guides',
      collapsible: false,
      items: ['guides/sweeps', 'guides/safety', 'guides/compare'],
    },
    'glossary',
  ],
} satisfies SidebarsConfig;

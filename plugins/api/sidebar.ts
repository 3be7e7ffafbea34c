import type { SidebarItemsGeneratorOption } from '@docusaurus/plugin-content-docs/lib/sidebars/types.js';

/** The page that a folder's category leads to itself, by its id. */
const FIRST = /(?:^|\/)index$/;

/** Pages of a folder for the sidebar, without the one that its category leads to: that one would be met twice. */
export const sidebarItems: SidebarItemsGeneratorOption = async ({
  defaultSidebarItemsGenerator,
  ...given
}) => {
  const items = await defaultSidebarItemsGenerator(given);
  return items.filter(item => !(item.type === 'doc' && FIRST.test(item.id)));
};

import type { PropSidebarItem } from '@docusaurus/plugin-content-docs';
import Original from '@theme-original/DocSidebarItem/Category';
import type { ComponentProps, ReactElement } from 'react';

type Props = ComponentProps<typeof Original>;

/** The first page below some items of the menu. */
function firstPage(items: readonly PropSidebarItem[]): string | undefined {
  for (const item of items) {
    const href =
      item.type === 'category'
        ? (item.href ?? firstPage(item.items))
        : item.type === 'link'
          ? item.href
          : undefined;
    if (href !== undefined) return href;
  }
  return undefined;
}

/** A heading of the menu; one that has no page of its own leads to the first page below it. */
export default function Category({ item, ...rest }: Props): ReactElement {
  return <Original {...rest} item={{ ...item, href: item.href ?? firstPage(item.items) }} />;
}

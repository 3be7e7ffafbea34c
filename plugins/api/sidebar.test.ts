import { expect, test } from 'vitest';
import { sidebarItems } from './sidebar.ts';

test('the page of a category is not one of its pages, too', async () => {
  const doc = (id: string) => ({ type: 'doc' as const, id });
  const given = { defaultSidebarItemsGenerator: async () => ['api/host', 'api/index', 'api/kvm'].map(doc) };
  const items = await sidebarItems(given as unknown as Parameters<typeof sidebarItems>[0]);
  expect(items).toEqual([doc('api/host'), doc('api/kvm')]);
});

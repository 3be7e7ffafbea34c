import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the design to begin with has KVM’s own accesses wait, and leaves vhost and VMM to be caught', async () => {
  const [table] = await shownBy(new URL('your-turn.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const mine = table.rows.find(row => String(row.design).startsWith('Yours'))!;
  expect(mine).toMatchObject({ right: 2, KVM: 'its page, by async fault', vhost: 'zeros' });
  const bitmap = table.rows.find(row => String(row.design).startsWith('Userfault bitmap'))!;
  expect(bitmap).toMatchObject({ right: 1, vCPU: 'its page, by exit', KVM: 'zeros' });
});

import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { drawTable } from './table.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: Document;
};

test('the first cell names its row, and each column is set as what it holds', () => {
  const table = drawTable(document, {
    columns: [
      { key: 'kvm', label: 'KVM' },
      { key: 'faults', label: 'Faults' },
      { key: 'design', label: 'Design' },
      { key: 'rule', label: 'Rule' },
    ],
    rows: [
      { kvm: '6.16', faults: 1200, design: 'attributes ioctl, as merged', rule: 'short' },
      {
        kvm: '6.11',
        faults: 3,
        design: 'none',
        rule: 'write-back is forced again, whatever the guest’s MTRRs say',
      },
    ],
  });
  const [head, ...rows] = [...table.querySelectorAll('tr')].map(row => [...row.children]);
  expect(head.map(({ textContent }) => textContent)).toEqual(['KVM', 'Faults', 'Design', 'Rule']);
  expect(rows.map(([first]) => [first.tagName, first.getAttribute('scope'), first.textContent])).toEqual([
    ['TH', 'row', '6.16'],
    ['TH', 'row', '6.11'],
  ]);
  expect(rows[0][1].textContent).toBe('1,200');
  for (const row of [head, ...rows]) {
    expect(row.map(cell => cell.className)).toEqual(['', 'fl-number', 'fl-words', 'fl-sentence']);
  }
});

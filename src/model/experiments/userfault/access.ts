import { EINVAL } from '../../host/errno.ts';
import type { GuestMemory } from '../../kvm/missingPages.ts';
import { experiment } from '../experiment.ts';
import { choice, number } from '../params.ts';
import { CONTENDERS, type Touch, type Touched, touchMissing } from './accessModel.ts';

const RELEASES = { '6.18': [6, 18], '7.1': [7, 1] } as const;

interface NamedTouch extends Touch {
  readonly name: string;
}

const ORDINARY: readonly NamedTouch[] = [
  { name: 'a vCPU', by: 'vCPU', isPrivate: false },
  { name: 'KVM itself', by: 'KVM', isPrivate: false },
  { name: 'vhost', by: 'vhost', isPrivate: false },
  { name: 'the VMM', by: 'VMM', isPrivate: false },
];

const CONFIDENTIAL: readonly NamedTouch[] = [
  { name: 'a vCPU, private page', by: 'vCPU', isPrivate: true },
  { name: 'a vCPU, shared page', by: 'vCPU', isPrivate: false },
  { name: 'KVM itself, shared page', by: 'KVM', isPrivate: false },
  { name: 'vhost, shared page', by: 'vhost', isPrivate: false },
  { name: 'vhost, private page', by: 'vhost', isPrivate: true },
];

/** A cell of the table: what was found, and who told userspace of it, if anybody did. */
function say({ finds, told, refused }: Touched): string {
  if (refused === -EINVAL) return 'EINVAL';
  if (refused !== 0) return `errno ${-refused}`;
  return told === '' ? finds : `${finds}, ${told}`;
}

/** `userfault/access`: which accesses to a page that has not arrived each design catches. */
export const accessExperiment = experiment({
  id: 'userfault/access',
  question: 'A page has not arrived, and somebody touches it: who is told, and what is found?',
  params: {
    memory: choice({
      label: 'The guest’s memory',
      help: 'guest_memfd is where the debate began: vCPUs reach it without any mapping.',
      options: {
        mapped: 'a file that the VMM maps',
        gmem: 'a guest_memfd, mapped (6.18 on)',
        private: 'private in guest_memfd, shared mapped',
      },
      default: 'gmem',
    }),
    release: choice({
      label: 'Kernel',
      help: 'userfaultfd takes host faults on a guest_memfd from about 7.1 on; the release is known at second hand.',
      options: { '6.18': '6.18', '7.1': '7.1' },
      default: '6.18',
    }),
    latency: number({
      label: 'Network, there and back',
      help: 'Houghton, 2024: about 30 µs to fetch a page of 4 KiB.',
      min: 0,
      max: 100_000,
      default: 30,
      unit: 'µs',
    }),
  },
  run({ memory, release, latency }) {
    const kernel = RELEASES[release as keyof typeof RELEASES];
    const touches = memory === 'private' ? CONFIDENTIAL : ORDINARY;
    return CONTENDERS.flatMap(design =>
      touches.map(touch => {
        const wireNs = Math.round(latency * 1000);
        const touched = touchMissing(design, memory as GuestMemory, kernel, touch, wireNs);
        return {
          design: design.title,
          access: touch.name,
          outcome: say(touched),
          finds: touched.finds,
          told: touched.told,
          micros: touched.refused === 0 ? Math.round(touched.ns / 10) / 100 : null,
        };
      }),
    );
  },
  views(rows) {
    const accesses = [...new Set(rows.map(row => row.access))];
    const designs = [...new Set(rows.map(row => row.design))];
    const of = (design: string, access: string) =>
      rows.find(row => row.design === design && row.access === access)!;
    return [
      {
        kind: 'table',
        title:
          'What is found by whoever touches the page, and who told userspace; nobody, where nothing is said',
        columns: [{ key: 'design', label: 'Design' }, ...accesses.map(key => ({ key, label: key }))],
        rows: designs.map(design => ({
          design,
          ...Object.fromEntries(accesses.map(access => [access, of(design, access).outcome])),
        })),
      },
      {
        kind: 'table',
        title: 'How long the access took',
        columns: [
          { key: 'design', label: 'Design' },
          ...accesses.map(key => ({ key, label: key, unit: 'µs', digits: 1 })),
        ],
        rows: designs.map(design => ({
          design,
          ...Object.fromEntries(accesses.map(access => [access, of(design, access).micros])),
        })),
      },
    ];
  },
  // What is caught and what is not follows from who goes through which tables; there is nothing to measure.
  evidence: () => [],
});

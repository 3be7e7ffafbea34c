import type { Position } from '../../../src/components/Positions/position.ts';

/** The debate on what a host-side event may touch, 2023 to 2025, in order of date. */
export const positions: readonly Position[] = [
  {
    who: 'Ashish Kalra',
    domain: 'amd.com',
    date: '2023-08-18',
    decisive: true,
    position:
      'Emptying the caches of every CPU from the notifier badly hurts hosts that run SNP guests. The plan: flush line by line, with CLFLUSHOPT.',
    argument:
      'NUMA balancing, numad and KSM raise such events all the time. He quotes an earlier view of Sean Christopherson’s: a flush by line slows the guest alone and not its neighbours, but for SEV and SEV-ES it is hard, since the physical address is not surely known when the notifier runs.',
    answer: 'Sean Christopherson, the same day: for SNP the flush can be left out altogether.',
    mails: [{ id: '52c6a8a6-3a0a-83ba-173d-0833e16b64fd@amd.com' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2023-08-18',
    decisive: true,
    position: 'For SNP, do not flush in the notifier’s hook; guest_memfd flushes what it frees.',
    argument:
      'Only freeing encrypted memory is dangerous, and an event that names host virtual addresses cannot reach a page of guest_memfd. KVM may have to flush lines when it allocates.',
    answer:
      'Mingwei Zhang, the same day: no, go on flushing. Kalra first tries another remedy, then takes this one.',
    mails: [{ id: 'ZN/0aefp2gw5wDXk@google.com' }, { id: 'ZON31BHykA2JqquC@google.com' }],
  },
  {
    who: 'Mingwei Zhang',
    domain: 'google.com',
    date: '2023-08-18',
    position:
      'Go on flushing whenever a mapping leaves the nested tables, and sort the events by their reason.',
    argument:
      'While a page was shared, host or device may have left modified lines of it. Hardware keeps cores coherent and not DMA, and nobody records which pages that touched.',
    answer:
      'Kalra: the worry is encrypted lines, not shared ones. Christopherson reads it so too, on 22 August. No mail was found that takes the objection back.',
    mails: [{ id: 'CAL715WL9TJzDxZE8_gfhUQFGtOAydG0kyuSbzkqWTs3pc57j7A@mail.gmail.com' }],
  },
  {
    who: 'Ashish Kalra',
    domain: 'amd.com',
    date: '2023-08-21',
    position: 'Let the notifier pass over every slot that can hold private memory.',
    argument:
      'His trace of one boot: nearly all calls of the hook come from discards. With the change they are gone.',
    answer:
      'Christopherson, on 22 August: wrong, since such slots have shared mappings as well, and those must still be zapped. He points to flags, planned since June, that tell the kinds apart.',
    mails: [
      { id: 'df49bbb2-92c0-7792-ab90-e748be570b5d@amd.com' },
      { id: 'ZOVCAweRM8Es6rJ4@google.com', label: 'Christopherson’s answer' },
    ],
  },
  {
    who: 'Ashish Kalra',
    domain: 'amd.com',
    date: '2023-08-22',
    position: 'Sorting events by type cannot help. Check in the hook whether the VM is an SNP guest.',
    argument:
      'A page moved for NUMA and a page merged by KSM both report CLEAR, a type that says too many things.',
    answer:
      'This became the merged patch. On 31 August he notes that the list of work left for guest_memfd lacks it.',
    mails: [
      { id: 'e0e7e18f-6282-b95e-62d4-1f136649e2cb@amd.com' },
      { id: '26760cf0-4c87-6228-2287-58a99ac08b70@amd.com', label: 'His note of 31 August' },
    ],
  },
  {
    who: 'Michael Roth',
    domain: 'amd.com',
    date: '2023-09-18',
    position:
      'Who is to read the two flags? A VM that must keep private memory in guest_memfd can do without the flush, if guest_memfd flushes for itself, perhaps a page at a time.',
    argument: 'As posted, a notification about any address of the VM ends in the flush of all CPUs.',
    answer: 'Christopherson, the same day, in the mail at the centre.',
    mails: [{ id: '20230918180754.iomoaqnw75j3rrxb@amd.com' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2023-09-18',
    decisive: true,
    position:
      'Yes to leaving the flush out by type of VM. The flags are there for TDX most of all and may wait for its series. SNP had better not filter at all.',
    argument:
      'Asking the RMP about each mapping may cost more than the faults it saves. Whether SNP can zap shared mappings alone without a race is not clear to him. If zaps are imprecise, guest_memfd must flush on freeing even where no SPTE is left.',
    answer: 'No reply was found; the thread as read ends here.',
    mails: [{ id: 'ZQjmiE7cQ/4UynNz@google.com' }],
  },
  {
    who: 'Fuad Tabba',
    domain: 'google.com',
    date: '2023-11-02',
    position: 'Move the unused flags to the series that needs them, and make them one enumeration.',
    argument:
      'Two booleans can say things that make no sense, and their names mislead where both kinds are meant.',
    answer:
      'Christopherson: an enumeration is possible. He wants narrowing to need a value other than zero, and asks who needs it.',
    mails: [
      { id: 'CA+EHjTyAU9XZ3OgqXjmAKh-BKsLrH_8QtnJihQxF4fhk8WPSYg@mail.gmail.com' },
      { id: 'ZUO1Giju0GkUdF0o@google.com', label: 'Christopherson’s answer' },
    ],
  },
  {
    who: 'Jacky Li',
    domain: 'google.com',
    date: '2023-11-10',
    position:
      'For SEV and SEV-ES, flush on four types of event only: unmap, clear, release, migrate. A module parameter chooses.',
    argument: 'Needless events slow the whole machine. SNP, his cover letter says, needs no flush.',
    answer: 'No follow-up was found. Kalra had held in August that CLEAR is too broad to sort by.',
    mails: [{ id: '20231110003734.1014084-1-jackyli@google.com' }],
  },
  {
    who: 'Isaku Yamahata and Rick Edgecombe',
    domain: 'intel.com',
    date: '2024-02-26',
    decisive: true,
    position:
      'TDX must have the filter: a conversion or a host event zaps mappings of one kind and leaves the other.',
    argument:
      'A TDX guest has two roots and two aliases of an address. A private page that is zapped loses its contents, and the guest has to accept it anew.',
    answer: 'Merged as one field, attr_filter, which must not be zero.',
    mails: [
      { id: 'cover.1708933498.git.isaku.yamahata@intel.com', label: 'Yamahata’s series' },
      { id: '20240718211230.1492011-3-rick.p.edgecombe@intel.com', label: 'Edgecombe’s patch' },
    ],
  },
  {
    who: 'Zheyun Shen',
    domain: 'sjtu.edu.cn',
    date: '2024-03-01',
    position: 'Flush only those CPUs that have run the VM.',
    argument:
      'A server can have 128 cores or more, and a guest use eight of them, to which its vCPUs can be bound.',
    answer:
      'Christopherson, on 4 March: AMD must say clearly that this is safe, and clearing the mask without a lock can lose a CPU. Tom Lendacky: fine, while the flush before an ASID is used again stays global; perhaps a switch, off at first. Christopherson: no switch, since a bug corrupts the host and a revert is cleaner. Clearing bits of the mask was dropped in version 4.',
    mails: [
      {
        id: '1880816055.4545532.1709260250219.JavaMail.zimbra@sjtu.edu.cn',
        label: 'Version 1',
      },
      { id: '20250128015345.7929-1-szy0127@sjtu.edu.cn', label: 'Version 7' },
      { id: 'ZeYK-hNDQz5cFhre@google.com', label: 'Christopherson' },
      { id: 'edd86a97-b2ef-49e6-aa2b-16b1ef790d96@amd.com', label: 'Lendacky' },
      { id: 'Zee2ogAOl8cR4vNZ@google.com', label: 'Christopherson on the switch' },
    ],
  },
  {
    who: 'Kevin Loughlin',
    domain: 'google.com',
    date: '2025-01-09',
    position:
      'Use WBNOINVD, which writes back and keeps the lines, and do not fall back to WBINVD in silence.',
    argument: 'The old instruction brings soft lockups.',
    answer:
      'Kirill Shutemov (intel.com) wants the fallback inside the helper; Christopherson, on 14 January: whatever else one does ends in a crash or in corruption. Loughlin gives in. In February Christopherson adds that flushing by line is the slower way for large VMs.',
    mails: [
      { id: '20250109225533.1841097-1-kevinloughlin@google.com', label: 'The series' },
      { id: 'CAGdbjmKB9=pwv0jc3xa8sY+Toc4q=_U=DWKm7+vP3-CsCvbQ3A@mail.gmail.com', label: 'On the fallback' },
      { id: 'Z75uoedJyZ18CZeh@google.com', label: 'Christopherson in February' },
    ],
  },
];

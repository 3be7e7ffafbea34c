import type { Ending } from '../../../src/components/Outcomes/outcome.ts';
import { loreUrl } from '../../../src/model/evidence/published.ts';

/** What became of KVM userfault, and of its rivals. */
export const ending: Ending = {
  asOf: '2026-11-21',
  outcomes: [
    {
      release: 'not merged',
      what: 'KVM userfault, third version of 18 June 2025: a slot flag and a bitmap. The open piece is a struct for page faults that both architectures share. A study of July 2026 did not find it in 7.1-rc6, and no fourth version was found.',
      interface: 'KVM_MEM_USERFAULT, userfault_bitmap, KVM_MEMORY_EXIT_FLAG_USERFAULT, KVM_CAP_USERFAULT',
      source: {
        text: 'Version 3; Sean Christopherson, 5 September 2025',
        url: loreUrl('20250618042424.330664-1-jthoughton@google.com'),
      },
    },
    {
      release: 'Linux 6.8',
      what: 'Of Anish Moorthy’s earlier series, seven versions from 2023 to 2024 that exit where a page is missing, only the exit itself lives on.',
      interface: 'KVM_EXIT_MEMORY_FAULT; not merged: KVM_CAP_EXIT_ON_MISSING, KVM_MEM_EXIT_ON_MISSING',
      source: {
        text: 'Version 7, February 2024',
        url: loreUrl('20240215235405.368539-1-amoorthy@google.com'),
      },
    },
    {
      release: 'not merged',
      what: 'Mapping pieces of a 1 GiB huge page one by one, so that userfaultfd can fill them: stalled in 2023.',
      source: {
        text: 'High-granularity mapping, version 2, February 2023',
        url: loreUrl('20230218002819.1486479-1-jthoughton@google.com'),
      },
    },
    {
      release: 'Linux 6.18',
      what: 'guest_memfd can hold shared memory that the host maps, which is what Wei Wang’s mail asks about.',
      interface: 'GUEST_MEMFD_FLAG_MMAP, GUEST_MEMFD_FLAG_INIT_SHARED',
      source: {
        text: 'Pull request of 18 October 2025, and virt/kvm/guest_memfd.c',
        url: loreUrl('20251018145533.2072927-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'about 7.1',
      what: 'userfaultfd on a guest_memfd that is shared from the start, for missing and for minor faults. It catches the host’s faults; a vCPU’s do not pass through the mapping.',
      interface: 'KVM: guest_memfd: implement userfaultfd operations; vm_uffd_ops',
      source: {
        text: 'Version 2, 6 March 2026; a weekly digest has it merged for 7.1-rc1',
        url: loreUrl('20260306171815.3160826-1-rppt@kernel.org'),
      },
      secondHand: true,
    },
    {
      release: 'not answered',
      what: 'Latency from end to end, which Wang asked for, was never published. The experiments give the model’s answer.',
      source: {
        text: 'The mail of 17 July 2024',
        url: loreUrl('DS0PR11MB63735DAF7F168405D120A5C6DCA32@DS0PR11MB6373.namprd11.prod.outlook.com'),
      },
    },
    {
      release: 'open',
      what: 'A trusted device’s access to a private page that is not there has no path. How the bitmap goes together with conversion in place was not discussed in any mail that was read.',
      source: { text: 'Sean Christopherson, 16 January 2025', url: loreUrl('Z4mFL8wfHjvz6F1Y@google.com') },
    },
  ],
};

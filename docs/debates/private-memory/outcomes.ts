import type { Ending } from '../../../src/components/Outcomes/outcome.ts';
import { loreUrl } from '../../../src/model/evidence/published.ts';

/** What became of fd-based private memory. */
export const ending: Ending = {
  asOf: '2026-11-21',
  outcomes: [
    {
      release: 'Linux 6.8',
      what: 'Merged as guest_memfd, a file that KVM makes. Whether a page is private does not follow from whether the file has it: KVM keeps a table by guest frame.',
      interface:
        'KVM_CREATE_GUEST_MEMFD, KVM_SET_MEMORY_ATTRIBUTES, KVM_SET_USER_MEMORY_REGION2, KVM_EXIT_MEMORY_FAULT',
      source: {
        text: 'Change log of version 14, as carried by a distribution’s kernel',
        url: 'https://github.com/deepin-community/kernel/pull/1963',
      },
    },
    {
      release: 'Linux 6.8',
      what: 'The table is the XArray of the thread with its polarity turned round: an entry for every private page, one a page and never a range; no entry means shared. Punching a hole stays a separate call, and holding memory twice is allowed.',
      interface: 'mem_attr_array, kvm_vm_set_mem_attributes',
      source: { text: 'virt/kvm/kvm_main.c, read in Linux 6.12' },
    },
    {
      release: 'Linux 6.18',
      what: 'A guest_memfd can be mapped by the host where its creator asks for it; memory that does not start out shared still cannot be touched through the mapping. On x86 only VM types without private memory may have it start out shared.',
      interface: 'GUEST_MEMFD_FLAG_MMAP, GUEST_MEMFD_FLAG_INIT_SHARED, KVM_CAP_GUEST_MEMFD_FLAGS',
      source: {
        text: 'Pull request of 18 October 2025, and virt/kvm/guest_memfd.c',
        url: loreUrl('20251018145533.2072927-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'Linux 6.19',
      what: 'NUMA policies, which the debate had left open, are heeded when a guest_memfd allocates a page.',
      interface: 'mbind, get_mempolicy',
      source: {
        text: 'Pull request for 6.19, 26 November 2025',
        url: loreUrl('20251126014455.788131-3-seanjc@google.com'),
      },
    },
    {
      release: 'not released',
      what: 'Conversion in place: the state moves from the VM’s table to the inode of the file, and a page can stay where it is. Version 13 was posted on 10 September 2026 and is reported as applied to the maintainers’ tree that month. How contents are kept or cleared was still discussed after version 7, the last one read.',
      interface: 'KVM_SET_MEMORY_ATTRIBUTES2, KVM_CAP_GUEST_MEMFD_MEMORY_ATTRIBUTES',
      source: {
        text: 'Version 7 of the series, 22 May 2026, read; the rest by a digest of 25 September 2026',
        url: loreUrl('20260522-gmem-inplace-conversion-v7-0-2f0fae496530@google.com'),
      },
      secondHand: true,
    },
    {
      release: 'open',
      what: 'Pages larger than 4 KiB in a guest_memfd: series for 2 MiB and for 1 GiB pages were posted from September 2024 on and are not merged.',
      source: { text: 'virt/kvm/guest_memfd.c of the 7.0 development cycle' },
    },
    {
      release: 'not merged',
      what: 'The pending state between a guest’s request and the VMM’s answer, which the thread considered for VMs that software protects, was not found in the merged interface.',
      source: { text: 'virt/kvm/kvm_main.c, read in Linux 6.12' },
    },
    {
      release: 'not answered',
      what: 'What the table costs at terabytes, and how its forms compare, was not measured in any mail that was read. The experiment on tracking counts it.',
      source: { text: 'The thread of 23 June 2022', url: loreUrl('20220623225949.kkdx6uwjlk2ec4iq@amd.com') },
    },
  ],
};

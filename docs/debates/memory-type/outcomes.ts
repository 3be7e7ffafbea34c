import type { Ending } from '../../../src/components/Outcomes/outcome.ts';
import { loreUrl } from '../../../src/model/evidence/published.ts';

/** What became of the guest's memory type. */
export const ending: Ending = {
  asOf: '2026-11-21',
  outcomes: [
    {
      release: 'not merged',
      what: 'Any control by slot: KVM_MEM_DMA of 2020, the device object of 2023, KVM_MEM_NON_COHERENT_DMA of 2024. A copy of crosvm’s source carries the last one as an addition of its own.',
      interface: 'KVM_MEM_DMA, KVM_MEM_NON_COHERENT_DMA',
      source: {
        text: 'The series of January 2024',
        url: loreUrl('20240105091237.24577-1-yan.y.zhao@intel.com'),
      },
    },
    {
      release: 'Linux 6.11',
      what: 'Guest MTRRs have no effect on memory types any more: KVM stores what the guest writes there and no more.',
      interface:
        'KVM: x86: Remove VMX support for virtualizing guest MTRR memtypes (0a7b73559b39); KVM: VMX: Drop support for forcing UC memory when guest CR0.CD=1 (e1548088ff54)',
      source: {
        text: 'Pull request “KVM: x86: Remove MTRR virtualization”, 12 July 2024',
        url: loreUrl('20240712235701.1458888-6-seanjc@google.com'),
      },
    },
    {
      release: 'Linux 6.11-rc1',
      what: 'The guest’s PAT is always honoured where the CPU has self-snoop. Taken back before 6.11 was out: the bochs driver of guests mapped video memory as UC, and UC is very slow on Ice Lake and Sapphire Rapids.',
      interface:
        'KVM: VMX: Always honor guest PAT on CPUs that support self-snoop (377b2f359d1f); reverted by 9d70f3fec144',
      source: {
        text: 'Pull request of 15 September 2024',
        url: loreUrl('20240915073010.5860-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'Linux 6.16',
      what: 'A quirk, on by default: ignore the guest’s PAT on Intel. A VMM may turn it off where the CPU has self-snoop, and nowhere else. AMD and TDX have no such quirk; they always honour the guest. So does a VM with non-coherent DMA, whatever the quirk says.',
      interface:
        'KVM_X86_QUIRK_IGNORE_GUEST_PAT; KVM: x86: Introduce Intel specific quirk KVM_X86_QUIRK_IGNORE_GUEST_PAT (c9c1e20b4c7d)',
      source: {
        text: 'Pull request of 28 May 2025',
        url: loreUrl('20250528172432.8396-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'Linux 6.12.y',
      what: 'The quirk was carried back to stable trees in 2026. dosemu2 turns it off, since memory of a VGA mapped write-back gave it a machine check.',
      source: {
        text: 'dosemu2, pull request 2813, with Christopherson’s remark of 1 April 2026',
        url: 'https://github.com/dosemu2/dosemu2/pull/2813',
      },
      secondHand: true,
    },
    {
      release: 'open',
      what: 'Whether pages should be flushed when a guest that chooses types gets them and gives them back: Gunthorpe’s argument was not met by code that was seen.',
      source: { text: 'Jason Gunthorpe, January 2024', url: loreUrl('20240115163050.GI734935@nvidia.com') },
    },
    {
      release: 'open',
      what: 'A choice by slot or by page. What was merged is one switch for the whole VM.',
      source: {
        text: 'arch/x86/kvm/vmx/vmx.c, read in Linux 6.12 with the quirk',
      },
    },
    {
      release: 'open',
      what: 'Which type a dma-buf has: its mmap and the GPU process’ own mapping may differ, and a guest sees nothing of the sync calls between them.',
      source: {
        text: 'Chia-I Wu, 20 February 2020',
        url: loreUrl('CAPaKu7RFY3nar9hmAdx6RYdZFPK3Cdg1O3cS+OvsEOT=yupyrQ@mail.gmail.com'),
      },
    },
    {
      release: 'open',
      what: 'How a VMM learns that it must not read a slot. No flag for it was merged.',
      source: {
        text: 'Kevin Tian, 25 February 2020',
        url: loreUrl('AADFC41AFE54684AB9EE6CBC0274A5D19D79A7BE@SHSMSX104.ccr.corp.intel.com'),
      },
    },
  ],
};

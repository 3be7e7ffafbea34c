import type { Ending } from '../../../src/components/Outcomes/outcome.ts';
import { loreUrl } from '../../../src/model/evidence/published.ts';

/** What became of pinned SPTEs, and of the zap that stood in their way. */
export const ending: Ending = {
  asOf: '2026-11-21',
  outcomes: [
    {
      release: 'not merged',
      what: 'Pinned SPTEs, and the two AMD series of 2022 after them. SEV and SEV-ES guests still pin all their memory when the VMM registers it.',
      interface: 'KVM_MEMORY_ENCRYPT_REG_REGION',
      source: {
        text: 'Sean Christopherson, 1 April 2022',
        url: loreUrl('Ykc+QapbAdpd41PK@google.com'),
      },
    },
    {
      release: 'Linux 6.8',
      what: 'guest_memfd, the memory he asked to wait for: its pages are neither moved nor swapped, so nothing has to be pinned. It serves guests whose faults tell private from shared, and those of SEV and SEV-ES do not.',
      interface: 'KVM_CREATE_GUEST_MEMFD',
      source: { text: 'virt/kvm/guest_memfd.c' },
    },
    {
      release: 'Linux 5.1 to 5.3',
      what: 'Precise zapping of a slot came in 5.1 (4e103134b862) and was taken back in August 2019 (d012a06ab1d2; 002c5f73c508 brought back the fast zap of everything).',
      source: {
        text: 'Alex Williamson’s tests of 21 August 2019',
        url: loreUrl('20190821133504.79b87767@x1.home'),
      },
    },
    {
      release: 'not merged',
      what: 'A capability by which a VMM asks for precise zapping.',
      interface: 'KVM_CAP_MEMSLOT_ZAP_CONTROL',
      source: {
        text: 'The series of 3 July 2020',
        url: loreUrl('20200703025047.13987-1-sean.j.christopherson@intel.com'),
      },
    },
    {
      release: 'Linux 6.12',
      what: 'Zapping everything is a quirk: on by default, and heeded for the default VM type alone. With the quirk off, or with any other type, only the leaves of the slot go. An SEV guest that is started by the old KVM_SEV_INIT is of the default type, and so keeps zapping everything. Christopherson posted a revert in September 2024, since it was wrong for shadow paging; Bonzini kept it, and it was mended.',
      interface: 'KVM_X86_QUIRK_SLOT_ZAP_ALL; fix KVM_X86_QUIRK_SLOT_ZAP_ALL for shadow MMU (fcd1ec9cb59c)',
      source: {
        text: 'arch/x86/kvm/mmu/mmu.c, read in Linux 6.12; the posted revert',
        url: loreUrl('20240927001635.501418-1-seanjc@google.com'),
      },
    },
    {
      release: 'open',
      what: 'guest_memfd for SEV and SEV-ES, with a hypercall that tells private from shared: both sides planned it in 2022. Whether anything came of it was not found.',
      source: {
        text: 'Sean Christopherson, 31 March 2022',
        url: loreUrl('YkX6aKymqZzD0bwb@google.com'),
      },
    },
    {
      release: 'open',
      what: 'What corrupted the guests with assigned GPUs in 2019 was never found. In October 2022 Christopherson gave up on it.',
      source: {
        text: 'Christopherson to Alexander Graf, October 2022',
        url: loreUrl('Y1GxnGo3A8UF3iTt@google.com'),
      },
    },
    {
      release: 'open',
      what: 'Moving encrypted pages by firmware: the command exists, and no use of it by KVM was found.',
      source: {
        text: 'Brijesh Singh, 3 August 2020',
        url: loreUrl('3bf90589-8404-8bd6-925c-427f72528fc2@amd.com'),
      },
    },
  ],
};

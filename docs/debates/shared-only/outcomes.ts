import type { Ending } from '../../../src/components/Outcomes/outcome.ts';
import { loreUrl } from '../../../src/model/evidence/published.ts';

/** What became of the filter and of the flush. */
export const ending: Ending = {
  asOf: '2026-11-21',
  outcomes: [
    {
      release: 'Linux 6.8',
      what: 'guest_memfd is merged without the two flags: nothing in it would have read them.',
      source: {
        text: 'Change log of version 14, as carried by a distribution’s kernel',
        url: 'https://github.com/deepin-community/kernel/pull/1963',
      },
    },
    {
      release: 'Linux 6.11',
      what: 'For SNP the reclaim hook returns at once. Pages that a guest_memfd frees are first made shared in the RMP and then flushed, a range at a time. SEV and SEV-ES still flush on every event that hit a memslot.',
      interface:
        'KVM: SEV: Avoid WBINVD for HVA-based MMU notifications for SNP; sev_guest_memory_reclaimed, sev_gmem_invalidate',
      source: {
        text: 'Pull request of 19 July 2024; arch/x86/kvm/svm/sev.c, read in Linux 6.12',
        url: loreUrl('20240719145339.55027-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'Linux 6.14',
      what: 'The flags came back as one field with a bit a kind. Events on host addresses name shared mappings, a hole in guest_memfd private ones, a conversion the kind that is going away. Zero is not allowed, so that a caller who forgot is caught. Also in the stable series 6.12, May 2025.',
      interface:
        'attr_filter, KVM_FILTER_SHARED, KVM_FILTER_PRIVATE; KVM: Add member to struct kvm_gfn_range to indicate private/shared (dca6c8853232)',
      source: {
        text: 'First posted on 18 July 2024',
        url: loreUrl('20240718211230.1492011-3-rick.p.edgecombe@intel.com'),
      },
    },
    {
      release: 'Linux 6.17',
      what: 'Three savings: the needless flush at the end of a VM is gone, WBNOINVD takes the place of WBINVD where the CPU has it, and only CPUs that ever ran the VM are flushed. The flush before ASIDs are used again stays global.',
      interface:
        'KVM: SEV: Prefer WBNOINVD over WBINVD for cache maintenance efficiency; KVM: SVM: Flush cache only on CPUs running SEV guest (6f38f8c57464); have_run_cpus',
      source: {
        text: 'Pull request of 30 July 2025',
        url: loreUrl('20250730181703.113459-1-pbonzini@redhat.com'),
      },
    },
    {
      release: 'not merged',
      what: 'Sorting events by type for SEV and SEV-ES.',
      source: {
        text: 'Jacky Li’s series of 10 November 2023; nothing later was found',
        url: loreUrl('20231110003734.1014084-1-jackyli@google.com'),
      },
    },
    {
      release: 'open',
      what: 'Bits of have_run_cpus are never cleared: a VM that has wandered over the host is flushed everywhere. Whether SNP could zap shared mappings alone without a race was not answered in any mail that was read, nor what becomes of lines that a device modified while a page was shared.',
      source: { text: 'The mail of 18 September 2023', url: loreUrl('ZQjmiE7cQ/4UynNz@google.com') },
    },
  ],
};

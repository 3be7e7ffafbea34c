/** Texts that figures were taken from, once each. */
import type { Source } from './published.ts';

/** The mail that opens the debate on private memory, with the boot times. */
export const ROTH_BOOT: Source = {
  title: 'Michael Roth, Re: [PATCH v6 4/8] KVM: Extend the memslot to support fd-based private memory',
  date: '2022-06-23',
  messageId: '20220623225949.kkdx6uwjlk2ec4iq@amd.com',
};

/** Counts of calls of SEV's reclaim hook while an SNP guest with guest_memfd boots. */
export const KALRA_TRACE: Source = {
  title: 'Ashish Kalra, Re: [PATCH 4/8] KVM: gmem: protect kvm_mmu_invalidate_end()',
  date: '2023-08-21',
  messageId: 'df49bbb2-92c0-7792-ab90-e748be570b5d@amd.com',
};

/** A spoken estimate of a bare exit and entry; no machine is named. */
export const CHRISTOPHERSON_EXIT: Source = {
  title: 'Sean Christopherson, on the cost of a VM exit',
  date: '2021-05-24',
  messageId: 'YKwd5OTXr97Fxfok@google.com',
};

/** What registering a device took while each registration waited for an expedited SRCU grace period. */
export const KALYAZIN_SRCU: Source = {
  title: 'Nikita Kalyazin, on KVM: Avoid synchronize_srcu() in kvm_io_bus_register_dev()',
  date: '2026-02-13',
  messageId: 'a84ddba8-12da-489a-9dd1-ccdf7451a1ba@amazon.com',
};

/**
 * Latencies recorded with the conformance recordings: Linux 6.18 on a software-virtualised host without hardware
 * page tables for guests. They tell orders of magnitude, not what bare metal takes.
 */
export const RECORDED_TIMING: Source = {
  title: 'Latencies recorded beside the conformance recordings (Linux 6.18, shadow paging)',
  date: '2026-11-21',
  url: 'pathname:///model/conformance',
};

/** Time to stop logging dirty pages, before and after its flushes were batched. */
export const MATLACK_BATCH_FLUSH: Source = {
  title: 'David Matlack, [PATCH 3/7] KVM: x86/mmu: Batch TLB flushes when zapping collapsible TDP MMU SPTEs',
  date: '2024-08-05',
  messageId: '20240805233114.4060019-4-dmatlack@google.com',
};

/** Shared and private memslots, and hole punching in memslots by a new ioctl. */
export const CHRISTOPHERSON_RFC: Source = {
  title: 'Sean Christopherson, [RFC] KVM: mm: fd-based approach for supporting KVM guest private memory',
  date: '2021-08-24',
  messageId: '20210824005248.200037-1-seanjc@google.com',
};

/** v6: a page in the file is private, a hole is shared. */
export const PENG_V6: Source = {
  title: 'Chao Peng, [PATCH v6 4/8] KVM: Extend the memslot to support fd-based private memory',
  date: '2022-05-19',
  messageId: '20220519153713.819591-5-chao.p.peng@linux.intel.com',
};

/** A separate table or bitmap, perhaps in the memslot. */
export const LUTOMIRSKI_TABLE: Source = {
  title: 'Andy Lutomirski, Re: [PATCH v6 4/8] KVM: Extend the memslot to support fd-based private memory',
  date: '2022-05-20',
  messageId: '8840b360-cdb2-244c-bfb6-9a0e7306c188@kernel.org',
};

/** An ioctl with an XArray of shared ranges, which could hold a pending state too. */
export const CHRISTOPHERSON_TABLE: Source = {
  title: 'Sean Christopherson, Re: [PATCH v6 4/8] KVM: Extend the memslot to support fd-based private memory',
  date: '2022-05-20',
  messageId: 'YofeZps9YXgtP3f1@google.com',
};

/** KVM_SET_MEMORY_ATTRIBUTES with the whole set of attributes. */
export const CHRISTOPHERSON_ATTRIBUTES: Source = {
  title: 'Sean Christopherson, on a new KVM_SET_MEMORY_ATTRIBUTES',
  date: '2022-11-04',
  messageId: 'Y2WB48kD0J4VGynX@google.com',
};

/** In-place conversion, seventh posting. */
export const IN_PLACE_V7: Source = {
  title: 'Ackerley Tng, [PATCH v7 00/42] guest_memfd: In-place conversion support',
  date: '2026-05-22',
  messageId: '20260522-gmem-inplace-conversion-v7-0-2f0fae496530@google.com',
};

/** The hook that flushes after every event that hit a slot of an SEV guest. */
export const ZHANG_HOOK: Source = {
  title: 'Mingwei Zhang, KVM: SEV: add cache flush to solve SEV cache incoherency issues',
  date: '2022-04-21',
  messageId: '20220421031407.2516575-4-mizhang@google.com',
};

/** SNP's reclaim hook returns at once. */
export const ROTH_SNP_SKIP: Source = {
  title:
    'Ashish Kalra, posted by Michael Roth, [PATCH v10 42/50] KVM: SEV: Avoid WBINVD for HVA-based MMU notifications for SNP',
  date: '2023-10-16',
  messageId: '20231016132819.1002933-43-michael.roth@amd.com',
};

/** Flush by VM type: what the second debate's mail settles, and what it leaves open. */
export const CHRISTOPHERSON_SHARED_ONLY: Source = {
  title:
    'Sean Christopherson, Re: [RFC PATCH v12 10/33] KVM: Set the stage for handling only shared mappings in mmu_notifier events',
  date: '2023-09-18',
  messageId: 'ZQjmiE7cQ/4UynNz@google.com',
};

/** Flush only the CPUs that ran the VM. */
export const SHEN_RAN_CPUS: Source = {
  title: 'Zheyun Shen, KVM: SVM: Flush cache only on CPUs running SEV guest',
  date: '2024-03-01',
  messageId: '1880816055.4545532.1709260250219.JavaMail.zimbra@sjtu.edu.cn',
};

/** Write back without dropping lines. */
export const LOUGHLIN_WBNOINVD: Source = {
  title: 'Kevin Loughlin, KVM: SEV: Prefer WBNOINVD over WBINVD for cache maintenance efficiency',
  date: '2025-01-09',
  messageId: '20250109225533.1841097-1-kevinloughlin@google.com',
};

/** Both of those, as merged. */
export const SEV_FLUSH_617: Source = {
  title: 'Sean Christopherson, v2 of x86, KVM: Optimize SEV cache flushing',
  date: '2025-05-16',
  messageId: '20250516212833.2544737-1-seanjc@google.com',
};

/** The series that asks to honour the guest's memory type in some slots. */
export const WU_KVM_MEM_DMA: Source = {
  title: 'Chia-I Wu, [RFC PATCH 0/3] KVM: x86: honor guest memory type',
  date: '2020-02-13',
  messageId: '20200213213036.207625-1-olvaffe@gmail.com',
};

/** Zapping when the first non-coherent device comes and the last one goes; CR0.CD. */
export const ZAP_ON_NONCOHERENT: Source = {
  title: 'Sean Christopherson, [GIT PULL] KVM: x86: MMU changes for 6.7',
  date: '2023-10-27',
  messageId: '20231027204933.3651381-5-seanjc@google.com',
};

/** Honour the guest's PAT on CPUs with self-snoop, and drop MTRR virtualisation. */
export const CHRISTOPHERSON_HONOUR_PAT: Source = {
  title: 'Sean Christopherson, [PATCH 0/5] KVM: VMX: Drop MTRR virtualization, honor guest PAT',
  date: '2024-03-08',
  messageId: '20240309010929.1403984-1-seanjc@google.com',
};

/** The revert before 6.11. */
export const REVERT_HONOUR_PAT: Source = {
  title: 'Paolo Bonzini, [GIT PULL] KVM fixes for Linux 6.11',
  date: '2024-09-15',
  messageId: '20240915073010.5860-1-pbonzini@redhat.com',
};

/** The quirk of 6.16. */
export const IGNORE_PAT_QUIRK: Source = {
  title: 'Paolo Bonzini, [GIT PULL] First batch of KVM changes for Linux 6.16',
  date: '2025-05-28',
  messageId: '20250528172432.8396-1-pbonzini@redhat.com',
};

/** Flush for events of a few types only. */
export const LI_EVENT_TYPES: Source = {
  title: 'Jacky Li, on flushing caches of SEV guests for some notifier events only',
  date: '2023-11-10',
  messageId: '20231110003734.1014084-1-jackyli@google.com',
};

/** The patch whose two flags the second debate is about. */
export const SHARED_ONLY_PATCH: Source = {
  title:
    'Sean Christopherson, [RFC PATCH v12 10/33] KVM: Set the stage for handling only shared mappings in mmu_notifier events',
  date: '2023-09-14',
  messageId: '20230914015531.1419405-11-seanjc@google.com',
};

/** Times to tear TDX guests down, from which a removal's cost follows. */
export const HUNTER_TDX: Source = {
  title:
    'Sean Christopherson, posted by Adrian Hunter, [PATCH V4 1/1] KVM: TDX: Add sub-ioctl KVM_TDX_TERMINATE_VM',
  date: '2025-06-11',
  messageId: '20250611095158.19398-2-adrian.hunter@intel.com',
};

/** Pinned SPTEs, as posted. */
export const CHRISTOPHERSON_PINNED_SPTES: Source = {
  title: 'Sean Christopherson, [RFC PATCH 0/8] KVM: x86/mmu: Introduce pinned SPTEs framework',
  date: '2020-07-31',
  messageId: '20200731212323.21746-1-sean.j.christopherson@intel.com',
};

/** The framework works for SEV with fixes; the slot update is what stands in the way; an XArray is offered. */
export const SINGH_OCTOBER: Source = {
  title: 'Brijesh Singh, Re: [RFC PATCH 0/8] KVM: x86/mmu: Introduce pinned SPTEs framework',
  date: '2020-10-26',
  messageId: 'a1ecadce-531f-3698-7962-cbca6a1ebaf3@amd.com',
};

/** Firmware from 0.17 on can move encrypted pages; a pin has to last as long as the guest. */
export const SINGH_FIRMWARE: Source = {
  title: 'Brijesh Singh, Re: [RFC PATCH 0/8] KVM: x86/mmu: Introduce pinned SPTEs framework',
  date: '2020-08-03',
  messageId: '3bf90589-8404-8bd6-925c-427f72528fc2@amd.com',
};

/** All effort into memory of a file that KVM owns: it pins by its nature. */
export const CHRISTOPHERSON_FD_PINS: Source = {
  title: 'Sean Christopherson, Re: [PATCH RFC v1 0/9] KVM: SVM: Defer page pinning for SEV guests',
  date: '2022-03-28',
  messageId: 'YkIh8zM7XfhsFN8L@google.com',
};

/** Starting an SEV guest with everything pinned, and with pins on faults: a hand-held stopwatch. */
export const VAN_TASSELL: Source = {
  title: 'Eric van Tassell, on deferring the pinning of SEV guest memory',
  date: '2020-07-24',
  messageId: '20200724235448.106142-1-Eric.VanTassell@amd.com',
};

/** Pins in the memslot, taken on faults; boot times on 5.17-rc6. */
export const DADHANIA_DEFER: Source = {
  title: 'Nikunj Dadhania, [PATCH RFC v1 0/9] KVM: SVM: Defer page pinning for SEV guests',
  date: '2022-03-08',
  messageId: '20220308043857.13652-1-nikunj@amd.com',
};

/** Faults of a boot with and without zapping everything when a slot goes. */
export const CHRISTOPHERSON_PRECISE_ZAP: Source = {
  title: 'Sean Christopherson, [RFC PATCH] KVM_CAP_MEMSLOT_ZAP_CONTROL, and its discussion',
  date: '2020-07-03',
  messageId: '20200703025047.13987-1-sean.j.christopherson@intel.com',
};

/** Always honour the guest, unless it would cause machine checks. */
export const WU_ALWAYS_HONOUR: Source = {
  title: 'Chia-I Wu, Re: [RFC PATCH 0/3] KVM: x86: honor guest memory type',
  date: '2020-02-14',
  messageId: 'CAPaKu7Q4gehyhEgG_Nw=tiZiTh+7A8-uuXq1w4he6knp6NWErQ@mail.gmail.com',
};

/** A dma-buf handed to KVM. */
export const WU_DMA_BUF: Source = {
  title: 'Chia-I Wu, Re: [RFC PATCH 0/3] KVM: x86: honor guest memory type',
  date: '2020-02-20',
  messageId: 'CAPaKu7RFY3nar9hmAdx6RYdZFPK3Cdg1O3cS+OvsEOT=yupyrQ@mail.gmail.com',
};

/** The mail at the centre: a type by slot, by the host's mapping, or flushes by the guest. */
export const TIAN_HOST_TYPE: Source = {
  title: 'Kevin Tian, RE: [RFC PATCH 0/3] KVM: x86: honor guest memory type',
  date: '2020-02-21',
  messageId: 'AADFC41AFE54684AB9EE6CBC0274A5D19D79359E@SHSMSX104.ccr.corp.intel.com',
};

/** The slot flag and dirty logging exclude each other. */
export const CHRISTOPHERSON_DIRTY_LOG: Source = {
  title: 'Sean Christopherson, Re: [RFC PATCH 0/3] KVM: x86: honor guest memory type',
  date: '2020-02-21',
  messageId: '20200221155939.GG12665@linux.intel.com',
};

/** Copies to video memory through UC- and WC on Sapphire Rapids. */
export const ZHAO_BOCHS: Source = {
  title: 'Yan Zhao, drm/bochs: use ioremap_wc',
  date: '2024-09-09',
  messageId: '20240909051529.26776-1-yan.y.zhao@intel.com',
};

/** Improve userfaultfd for everyone, and measure first. */
export const XU_IMPROVE_UFFD: Source = {
  title: 'Peter Xu, Re: RFC: A KVM-specific alternative to UserfaultFD',
  date: '2023-11-06',
  messageId: 'ZUlLLGLi1IyMyhm4@x1n',
};

/** Leave KVM_RUN where a page is missing. */
export const MOORTHY_EXIT_ON_MISSING: Source = {
  title: 'Anish Moorthy, v7 of the series that exits on missing pages',
  date: '2024-02-15',
  messageId: '20240215235405.368539-1-amoorthy@google.com',
};

/** A userfault attribute, and asynchronous faults for KVM's own accesses. */
export const HOUGHTON_ATTRIBUTE: Source = {
  title: 'James Houghton, [RFC PATCH 00/18] KVM: Post-copy live migration for guest_memfd',
  date: '2024-07-10',
  messageId: '20240710234222.2333120-1-jthoughton@google.com',
};

/** A slot flag and a bitmap in userspace. */
export const HOUGHTON_SLOT_FLAG: Source = {
  title: 'James Houghton, KVM Userfault, v1, 13 patches',
  date: '2024-12-04',
  messageId: '20241204191349.1730936-1-jthoughton@google.com',
};

/** Conversion exits for vCPUs and userfaultfd for the rest. */
export const WANG_CONVERSIONS: Source = {
  title: 'Wei Wang, RE: [RFC PATCH 00/18] KVM: Post-copy live migration for guest_memfd',
  date: '2024-07-17',
  messageId: 'DS0PR11MB63735DAF7F168405D120A5C6DCA32@DS0PR11MB6373.namprd11.prod.outlook.com',
};

/** Everything private first almost works. */
export const HOUGHTON_PRIVATE_FIRST: Source = {
  title: 'James Houghton, Re: [RFC PATCH 00/18] KVM: Post-copy live migration for guest_memfd',
  date: '2024-07-16',
  messageId: 'CADrL8HUv+RvazbOyx+NJ1oNd8FdMGd_T61Kjtia1cqJsN=WiOA@mail.gmail.com',
};

/** userfaultfd on guest_memfd. */
export const RAPOPORT_UFFD_GMEM: Source = {
  title: 'Mike Rapoport, [PATCH v2 00/15] mm, kvm: allow uffd support in guest_memfd',
  date: '2026-03-06',
  messageId: '20260306171815.3160826-1-rppt@kernel.org',
};

import type { Position } from '../../../src/components/Positions/position.ts';

/** The debate on the memory types of guest RAM, 2020 to 2026, in order of date. */
export const positions: readonly Position[] = [
  {
    who: 'Chia-I Wu',
    domain: 'gmail.com',
    date: '2020-02-13',
    decisive: true,
    position:
      'A memslot flag, KVM_MEM_DMA: in such a slot the guest’s memory type holds. Or, as the same mail offers, it always holds, except for MMIO.',
    argument:
      'The host’s GPU driver gives userspace a write-combining mapping, the guest rightly chooses the same, and only the bit that ignores its PAT undoes that. Arm honours the guest, and AMD probably does.',
    answer:
      'Paolo Bonzini, the same day: it was tried once and brought machine checks everywhere. Wu finds that bug: there, guests made cached mappings of MMIO, and he wants uncached ones of RAM.',
    mails: [
      { id: '20200213213036.207625-1-olvaffe@gmail.com' },
      { id: '8fdb85ea-6441-9519-ae35-eaf91ffe8741@redhat.com', label: 'Bonzini’s answer' },
    ],
  },
  {
    who: 'Paolo Bonzini',
    domain: 'redhat.com',
    date: '2020-02-14',
    position:
      'Was it MMIO alone that gave the machine checks? He sketches a patch that turns UC in the EPT into WC for RAM, and asks which regions would get the flag.',
    argument:
      'By a footnote in Intel’s manual the CPU need not snoop where UC comes from the MTRRs. If the EPT’s type counts as such, UC there would be unsafe for RAM.',
    answer:
      'Sean Christopherson, then at Intel: it does count as such, but UC in the EPT never raises a machine check by itself, and forcing WC is the more dangerous choice.',
    mails: [{ id: 'b82cd76c-0690-c13b-cf2c-75d7911c5c61@redhat.com' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'intel.com',
    date: '2020-02-14',
    position: 'A guest may choose conflicting types for RAM.',
    argument:
      'Machine checks come from cacheable access, speculation included, to MMIO or to memory that is not there. Two types for RAM give wrong data instead: writes through WC may pass the caches by.',
    answer: 'Wu: at worst, then, a guest harms itself, and that is acceptable.',
    mails: [{ id: '20200214195229.GF20690@linux.intel.com' }],
  },
  {
    who: 'Chia-I Wu',
    domain: 'gmail.com',
    date: '2020-02-14',
    position:
      'Honour the guest always: take out the one branch that forces write-back. No interface changes.',
    argument:
      'Verified for Arm, which works so. AMD’s hook returns zero, which should mean that its tables do not restrict the guest.',
    answer: 'Jim Mattson: errata. Later Bonzini: migration. Later Kevin Tian: too far.',
    mails: [{ id: 'CAPaKu7Q4gehyhEgG_Nw=tiZiTh+7A8-uuXq1w4he6knp6NWErQ@mail.gmail.com' }],
  },
  {
    who: 'Jim Mattson',
    domain: 'google.com',
    date: '2020-02-14',
    position: 'Two errata of Intel’s CPUs, SKX40 and SKX59, would worry him.',
    argument: 'None: the mail is this one sentence.',
    answer:
      'Christopherson: forcing UC for MMIO takes care of the machine checks, and the corruption is for the guest’s kernel to avoid. On 18 February: both take code that nobody writes, a masked move across two kinds of memory.',
    mails: [
      { id: 'CALMp9eRwTxdqxAcobZ7sYbD=F8Kga=jR3kaz-OEYdA9fV0AoKQ@mail.gmail.com' },
      { id: '20200214220341.GJ20690@linux.intel.com', label: 'Christopherson, same day' },
      { id: '20200218225809.GL28156@linux.intel.com', label: 'and on 18 February' },
    ],
  },
  {
    who: 'Paolo Bonzini',
    domain: 'redhat.com',
    date: '2020-02-18',
    position: 'Two dangers are left: live migration, and WBINVD.',
    argument:
      'The VMM reads the page through a cacheable alias, and a WBINVD might corrupt the guest’s memory. He does not say how; lines of the alias written back on top of it would.',
    answer:
      'Christopherson had not thought of it. Tian: then the VMM’s mapping must follow. Wu: such VMs cannot be migrated anyway.',
    mails: [{ id: 'd3a6fac6-3831-3b8e-09b6-bfff4592f235@redhat.com' }],
  },
  {
    who: 'Chia-I Wu',
    domain: 'gmail.com',
    date: '2020-02-20',
    position:
      'Reading the type of the host’s mapping is not enough. An ioctl that hands KVM a dma-buf says no more than the flag, and pays only if it can place many buffers within one slot.',
    argument:
      'A dma-buf may be mapped write-back and guarded by sync calls while the guest wants the type of the GPU process’ mapping, and the two can differ.',
    answer:
      'Tian, on 21 February: who syncs and who does not cannot both be right. One type should be agreed on.',
    mails: [{ id: 'CAPaKu7RFY3nar9hmAdx6RYdZFPK3Cdg1O3cS+OvsEOT=yupyrQ@mail.gmail.com' }],
  },
  {
    who: 'Kevin Tian',
    domain: 'intel.com',
    date: '2020-02-21',
    decisive: true,
    position:
      'The thread that migrates must use the type that GPU process and guest use. That is QEMU’s task, whether KVM gets a flag or looks at the mapping itself. Always honouring the guest goes too far.',
    argument:
      'There is a third reader, and it must be right too. Before, he had gone through a VMM that maps UC, a type forced a slot, a dma-buf ioctl, and KVM reading the host’s page tables; and dropped forcing, since no other vendor can ignore the guest’s PAT.',
    answer:
      'Christopherson, the same day: let the flag and dirty logging exclude each other. On 25 February Tian finds the series sensible, and asks how other code that reads all slots is to be warned.',
    mails: [
      { id: 'AADFC41AFE54684AB9EE6CBC0274A5D19D79359E@SHSMSX104.ccr.corp.intel.com' },
      { id: 'AADFC41AFE54684AB9EE6CBC0274A5D19D79A7BE@SHSMSX104.ccr.corp.intel.com', label: '25 February' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'intel.com',
    date: '2020-02-21',
    position:
      'Let the flag and dirty logging exclude each other: when migration starts, zap and go back to write-back.',
    argument: 'The second alias is gone just when the VMM begins to read.',
    answer:
      'Wu, the same day: QEMU refuses to migrate such guests, and the buffers are state of the GPU, which its renderer would have to save.',
    mails: [
      { id: '20200221155939.GG12665@linux.intel.com' },
      { id: 'CAPaKu7Qjnur=ntTXmGn7L38UaCoNjf6avWBk7xTvO6eDkZbWFQ@mail.gmail.com', label: 'Wu’s answer' },
    ],
  },
  {
    who: 'Gerd Hoffmann',
    domain: 'redhat.com',
    date: '2020-02-24',
    position: 'A large BAR reserves addresses, and each dma-buf becomes a memslot within it.',
    argument: 'No other driver of the guest touches a BAR, which limits the damage.',
    answer: 'Wu had counted slots on 19 February: 509 on x86 and 32 on Arm at that time.',
    mails: [{ id: '20200224105704.55tv3ulirnse53j4@sirius.home.kraxel.org' }],
  },
  {
    who: 'Yan Zhao',
    domain: 'intel.com',
    date: '2023-12-14',
    position:
      'Round two: a device object tells KVM that virtio-gpu does DMA which caches do not see. In January 2024, a slot flag, KVM_MEM_NON_COHERENT_DMA, for slots behind a BAR.',
    argument:
      'On a platform that is not named, graphics are more than 20 % faster when the GPU does not snoop.',
    answer:
      'Christopherson, on 20 December, had asked for the flag: it confines the effect and costs nothing. Jason Gunthorpe, the next position.',
    mails: [
      { id: '20231214103520.7198-1-yan.y.zhao@intel.com', label: 'The device' },
      { id: '20240105091237.24577-1-yan.y.zhao@intel.com', label: 'The flag' },
      { id: 'ZYOfJ_QWG01aL8Hl@google.com', label: 'Christopherson' },
    ],
  },
  {
    who: 'Jason Gunthorpe',
    domain: 'nvidia.com',
    date: '2024-01-05',
    position:
      'A switch by which caches and memory may disagree endangers the host. Flush what a guest is given and what it gives back.',
    argument:
      'A page zeroed in the cache alone shows its old contents to a guest that reads past the cache; and a page that should not change can change under a checksum.',
    answer:
      'Zhao: a guest’s types are only stricter than write-back, and VFIO pins its pages, and virtio’s stay with the host. Later: a flush before mapping and after revoking. Tian, on 16 January: where pages are not zeroed, a flush cannot be avoided.',
    mails: [
      { id: '20240105195551.GE50406@nvidia.com' },
      { id: '20240108140250.GJ50406@nvidia.com' },
      { id: '20240109002220.GA439767@nvidia.com' },
      { id: '20240115163050.GI734935@nvidia.com' },
      { id: 'BN9PR11MB5276B5603D9D777F01D64EDA8C732@BN9PR11MB5276.namprd11.prod.outlook.com', label: 'Tian' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2024-03-08',
    decisive: true,
    position: 'Always honour the guest’s PAT where the CPU has self-snoop, and drop the emulation of MTRRs.',
    argument:
      'Intel has confirmed that such CPUs look into all caches and store buffers, and so stay coherent under mixed types. MTRR emulation is costly, imperfect and not needed.',
    answer:
      'Tian and Zhao, on 12 March: warn users whose CPU lacks it. Christopherson: those are ten years old, and no user could judge the warning.',
    mails: [
      { id: '20240309010929.1403984-1-seanjc@google.com' },
      { id: 'ZfB9rzqOWmbaOeHd@google.com', label: 'On the warning' },
    ],
  },
  {
    who: 'Vitaly Kuznetsov',
    domain: 'redhat.com',
    date: '2024-08-30',
    position:
      'A regression: with QEMU’s bochs-display, Wayland crashes in the guest. On 2 September: with its VGA device too, where an installer falls back to text.',
    argument:
      'Seen on a Xeon Silver 4410Y, and gone once the commit is reverted. Hoffmann: the standard VGA, QEMU’s default, is hit too.',
    answer:
      'Christopherson wonders, since AMD has honoured the guest all along. Zhao, on 9 September: the bochs driver of the guest maps video memory with ioremap, which reserves an uncached type, so its copy of 4,096,000 bytes takes 1.24 s and not 0.01 s.',
    mails: [
      { id: '877cbyuzdn.fsf@redhat.com', label: '30 August' },
      { id: '87jzfutmfc.fsf@redhat.com', label: '2 September' },
      { id: 'ZtHvjzBFUbG3fcMc@google.com', label: 'Christopherson' },
      { id: '20240909051529.26776-1-yan.y.zhao@intel.com', label: 'Zhao’s fix of the driver' },
    ],
  },
  {
    who: 'Paolo Bonzini',
    domain: 'redhat.com',
    date: '2024-09-15',
    decisive: true,
    position: 'Take the change back before 6.11 is out.',
    argument:
      'The bochs driver of guests maps its video memory with ioremap and not ioremap_wc; forcing write-back is faster than honouring that.',
    answer:
      'Zhao, in February 2025: a quirk, on by default on Intel, absent on AMD and TDX; that UC is slow on Ice Lake and Sapphire Rapids is, Intel’s architects say, how snooping is designed there. Bonzini posts versions 2 and 3.',
    mails: [
      { id: '20240915073010.5860-1-pbonzini@redhat.com' },
      { id: '20250224070716.31360-1-yan.y.zhao@intel.com', label: 'The quirk' },
    ],
  },
];

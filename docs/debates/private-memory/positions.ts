import type { Position } from '../../../src/components/Positions/position.ts';

/** The debate on fd-based private memory, 2021 to 2022, in order of date. */
export const positions: readonly Position[] = [
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2021-08-24',
    position:
      'Private memory comes from a special file that the host never maps. Private memslots form an address space of their own, and a conversion punches a hole into memslots by a new ioctl.',
    argument:
      'One file belongs to one guest and one guest frame to one page, which is easy to enforce. Deleting slots and making them anew would destroy the data of a TDX or SNP guest.',
    answer:
      'David Hildenbrand: lay shared slots over private ones instead. Christopherson himself, in May 2022: memslot updates make a conversion far too slow.',
    mails: [{ id: '20210824005248.200037-1-seanjc@google.com' }],
  },
  {
    who: 'David Hildenbrand',
    domain: 'redhat.com',
    date: '2021-08-26',
    position:
      'Write down the requirements first. Ordinary slots could lie as an overlay over encrypted ones; perhaps a system call of its own makes the encrypted file.',
    argument:
      'Nothing is punched then: only a small shared slot comes and goes. New semantics deserve a new call.',
    answer:
      'Andy Lutomirski, the same day: reserves of huge pages get untidy, several slots over one address stay unsolved, and the mapping has no use left.',
    mails: [{ id: '307d385a-a263-276f-28eb-4bc8dd287e32@redhat.com', secondHand: true }],
  },
  {
    who: 'Andy Lutomirski',
    domain: 'kernel.org',
    date: '2022-04-04',
    position:
      'From private to shared a page can stay in place; the other way must first tear down every user of it. Must a file belong to one technology and one VM?',
    argument:
      'Users include DMA and the IOMMU. A conversion that destroys the contents avoids all hard cases: an old pinned page lives on and harms nobody.',
    answer: 'Quentin Perret: let the operation fail, and let the guest cope. The topic came back in 2025.',
    mails: [{ id: 'eefc3c74-acca-419c-8947-726ce2458446@www.fastmail.com' }],
  },
  {
    who: 'Quentin Perret',
    domain: 'google.com',
    date: '2022-04-05',
    position:
      'pKVM wants conversions in place that keep the contents. KVM or userspace takes an exclusive reference, and may fail to get it.',
    argument:
      'It is to replace TrustZone on Arm, where a copy costs twice the memory, power and traffic, while a TLB flush is cheap.',
    answer:
      'Christopherson had asked the day before whether it is needed: a copy inside the guest may be faster than exits and shootdowns (known second-hand). Perret offered measurements; none was found.',
    mails: [{ id: 'Ykwbqv90C7+8K+Ao@google.com' }],
  },
  {
    who: 'Chao Peng',
    domain: 'linux.intel.com',
    date: '2022-05-19',
    decisive: true,
    position:
      'Version 6 of the series: a page present in the file is private, a hole is shared. fallocate and hole punching are the conversion calls, and a notifier tells KVM.',
    argument:
      'One slot holds both kinds, and no conversion changes a memslot. The first cover letter, of 11 November 2021, has the idea from Paolo Bonzini.',
    answer: 'Lutomirski, Christopherson and Michael Roth, below. Version 6 is the last that works so.',
    mails: [
      { id: '20220519153713.819591-5-chao.p.peng@linux.intel.com', label: 'Version 6' },
      { id: '20211111141352.26311-1-chao.p.peng@linux.intel.com', label: 'The first cover letter' },
    ],
  },
  {
    who: 'Andy Lutomirski',
    domain: 'kernel.org',
    date: '2022-05-20',
    position:
      'Allocation as state is a strange interface that breaks layers. A separate table or bitmap, perhaps in the slot, would do.',
    argument:
      'Reading a hole gives some other page, no zero page can be lazy, TDX could use both aliases of an address while the interface forbids it, and file operations leak into KVM’s tables and the RMP.',
    answer: 'Christopherson agrees to a table, and not to a bitmap.',
    mails: [{ id: '8840b360-cdb2-244c-bfb6-9a0e7306c188@kernel.org' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2022-05-20',
    decisive: true,
    position:
      'KVM keeps the state itself, in an XArray that belongs to no slot, set by an ioctl. Shared is the default. The calls that register encrypted memory regions could be used again.',
    argument:
      'Slots change, for instance when dirty logging is turned on, and the state must not be lost then. For a well-behaved guest the table is sparse. It can hold a pending state for VMs that software protects.',
    answer:
      'Peng: a hostile guest makes the array grow. Christopherson: that is what cgroups are for. Peng: those calls speak of host addresses. Christopherson, on 10 June: only for the oldest VM type.',
    mails: [
      { id: 'YofeZps9YXgtP3f1@google.com' },
      { id: 'YoumuHUmgM6TH20S@google.com' },
      { id: 'YqNt3Sgzge5Rph/R@google.com' },
    ],
  },
  {
    who: 'Chao Peng',
    domain: 'linux.intel.com',
    date: '2022-05-23',
    position:
      'A new ioctl marks a range as shared or private and zaps it, and does no more. Punching holes stays userspace’s choice; the callback for pages that appear can go, the one for pages that vanish stays.',
    argument:
      'Nothing has to be replayed then, and pages can fault in lazily. State in userspace alone fails where the fault itself converts. Others who listen to the file, such as VFIO, would need a channel in KVM.',
    answer: 'Roth, on 24 June, welcomes it.',
    mails: [
      { id: '20220523132154.GA947536@chaop.bj.intel.com' },
      { id: '20220624085426.GB2178308@chaop.bj.intel.com' },
    ],
  },
  {
    who: 'Vishal Annapurve and Marc Orr',
    domain: 'google.com',
    date: '2022-06-06',
    position: 'A guest frame with a page in both backings must be prevented, or at least be noticed at once.',
    argument:
      'A guest may hand a private address to an emulated device, whose write allocates the shared page. The VM runs in a memory container, and running out of memory there looks like the host’s fault.',
    answer: 'Peng: the VMM decides conversions, so it is the VMM’s duty. Christopherson: the next position.',
    mails: [
      { id: 'CAGtprH8xyf07jMN7ubTC__BvDj+z41uVGRiCJ7Rc5cv3KWg03w@mail.gmail.com', label: 'Annapurve’s mail' },
      { id: 'CAA03e5GmJw8u83=OG2wYrhdO81Sx5Jme-jkUnoTMQ7cc_o7u=w@mail.gmail.com', label: 'Orr’s mail' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2022-06-09',
    position: 'Add a seal, so that no fault fills a hole and only fallocate can.',
    argument:
      'Not complexity but cost speaks for it: unmapping at each conversion splits mappings and needs mmap_lock for writing, which hurts where one process serves many VMs.',
    answer:
      'Peng: would PROT_NONE do? It costs the same. Hildenbrand: reads and userfaultfd allocate too. The seal was part of version 7 alone.',
    mails: [{ id: 'YqJYEheLiGI4KqXF@google.com' }, { id: 'Yqjcx6u0KJcJuZfI@google.com' }],
  },
  {
    who: 'Michael Roth',
    domain: 'amd.com',
    date: '2022-06-23',
    decisive: true,
    position:
      'Holding memory twice should be allowed. Converting and discarding are separate calls, and the state belongs to KVM, which could also encrypt data in place before the start.',
    argument:
      'The firmware flips one or two pages for each DMA transaction, and the boots he measured show what that costs. Pages put into the file before it is bound would miss their notification.',
    answer:
      'Peng agrees, but sees no hurry for copying in place, which TDX does not need. Roth accepts: SNP’s own calls do it.',
    mails: [
      { id: '20220623225949.kkdx6uwjlk2ec4iq@amd.com' },
      { id: '20220624130144.2ydfbhytrtv4vgsl@amd.com' },
    ],
  },
  {
    who: 'Hugh Dickins',
    domain: 'google.com',
    date: '2022-08-17',
    decisive: true,
    position:
      'The file is a good idea; memfd and shmem are the wrong place for it. Let KVM hand out the file, and allocate and record its pages.',
    argument:
      'This memory is neither swapped nor moved, so shmem gives little. KVM then knows every page’s history and needs neither seals nor notifications.',
    answer:
      'Christopherson, in August: VMMs use shmem (known second-hand). In April 2023 he writes that Dickins was right and that KVM should own the file.',
    mails: [
      { id: 'ff5c5b97-acdf-9745-ebe5-c6609dd6322e@google.com' },
      { id: 'ZEM5Zq8oo+xnApW9@google.com', label: 'Christopherson in 2023' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2022-11-04',
    position:
      'Leave the encrypted-region calls alone. A new ioctl, KVM_SET_MEMORY_ATTRIBUTES, takes the whole set of attributes of a range.',
    argument:
      'Such memory need not be encrypted. Attributes for reading, writing and executing would meet the same cost of memslots later, and private is one attribute among them.',
    answer:
      'Peng: one attribute a call? No. Fuad Tabba reviewed and tested it on arm64 in December, and found that the rounding of a range’s end looked wrong.',
    mails: [
      { id: 'Y2WB48kD0J4VGynX@google.com' },
      { id: 'CA+EHjTxXOdzcP25F57Mtmnb1NWyG5DcyqeDPqzjEOzRUrqH8FQ@mail.gmail.com', label: 'Tabba’s answer' },
    ],
  },
];

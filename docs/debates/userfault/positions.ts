import type { Position } from '../../../src/components/Positions/position.ts';

/** The debate on post-copy faults in KVM, 2023 to 2025, in order of date. */
export const positions: readonly Position[] = [
  {
    who: 'David Matlack',
    domain: 'google.com',
    date: '2023-11-06',
    decisive: true,
    position:
      'KVM keeps a bitmap of pages that are present, exits for those that are not, and lets its own accesses wait on a queue. Google has had such a thing since 2014.',
    argument:
      'userfaultfd fetches a HugeTLB page of 1 GiB in one piece, since the work on mapping parts of it was turned down; it costs eight bytes of page table a page, locks of the memory management, and the consent of many maintainers. This costs one bit a page with any backing.',
    answer:
      'Xu, Rasmussen, Bonzini, Upton and Christopherson, within three days. On 9 November he calls its worth outside Google limited and asks for a clear no.',
    mails: [{ id: 'CALzav=d23P5uE=oYqMpjFohvn0CASMJxXB_XEOEi-jtqWcFTDA@mail.gmail.com' }],
  },
  {
    who: 'Peter Xu',
    domain: 'redhat.com',
    date: '2023-11-06',
    position:
      'Improve userfaultfd for everyone, and measure first. Which pages are present is recorded already.',
    argument:
      'vhost and other modules reach guest memory without KVM. Every VMM would need new code, and the network’s latency may hide the contention.',
    answer:
      'Axel Rasmussen (google.com), the same day: gains for all are good, but splitting 1 GiB mappings needs work without visible end. It was not refused; there is no agreed way to it.',
    mails: [
      { id: 'ZUlLLGLi1IyMyhm4@x1n' },
      { id: 'ZUq6LJ+YppFlf43f@x1n' },
      { id: 'CAJHvVciC3URbJJMwhU0ahhzq6bomr7juuWqPdpczV6Qgb8OUuQ@mail.gmail.com', label: 'Rasmussen' },
    ],
  },
  {
    who: 'Paolo Bonzini',
    domain: 'redhat.com',
    date: '2023-11-07',
    decisive: true,
    position:
      'Close the gaps of userfaultfd for ordinary memory. For guest_memfd alone, a mechanism of KVM is thinkable.',
    argument:
      'That one mechanism catches guest, userspace and kernel is what userfaultfd is worth. He fears many interfaces that are alike.',
    answer:
      'Matlack asks how Arm’s interrupt controller works with it. Oliver Upton: it knows nothing of userfaultfd.',
    mails: [{ id: 'fcef7c96-a1bb-4c1d-962b-1bdc2a3b4f19@redhat.com' }],
  },
  {
    who: 'Oliver Upton',
    domain: 'linux.dev',
    date: '2023-11-07',
    position:
      'Do not put hooks into one emulated device after the other. Who looks after it when Google moves on?',
    argument:
      'The interrupt controller writes its state into guest memory by ioctl and knows nothing of userfaultfd. With a mechanism of KVM each such ioctl needs a hook, or all pages beforehand.',
    answer: 'The version of December 2024 leaves KVM’s own accesses to userfaultfd.',
    mails: [{ id: 'ZUqn0OwtNR19PDve@linux.dev' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2023-11-09',
    position:
      'A mapping with userfaultfd for userspace and vhost, and never for KVM’s own path to guest_memfd.',
    argument:
      'guest_memfd exists so that mappings of a process are not needed. KVM wants such choke points anyway, also to freeze memory during a blackout.',
    answer:
      'Matlack, the same day: a frozen page just gives an error, a missing one may block. The points are not the same.',
    mails: [{ id: 'ZU0d2fq5zah5jxf1@google.com' }],
  },
  {
    who: 'James Houghton',
    domain: 'google.com',
    date: '2024-07-10',
    position:
      'A memory attribute, USERFAULT, with an exit of its own. Where KVM cannot exit, deep in the emulator, faults are asynchronous: KVM reports the page and spins until it is there.',
    argument:
      'guest_memfd has no address in a process. Supporting ordinary slots costs little. He names what is weak himself: setting attributes does not scale, 4 KiB only, no collapse afterwards.',
    answer: 'The other positions of July and August 2024.',
    mails: [
      { id: '20240710234222.2333120-1-jthoughton@google.com' },
      {
        id: 'CADrL8HVFARsLq0Tyw8XF3PR02gELQhbYM8ZDdWNx0eD_jyDW8w@mail.gmail.com',
        label: 'On its weak points',
      },
    ],
  },
  {
    who: 'David Matlack',
    domain: 'google.com',
    date: '2024-07-11',
    position:
      'The attribute’s ioctl has the wrong shape. Say what to set and clear, or keep a bitmap for each slot, as dirty logging does.',
    argument:
      'Clearing one page is the hot path with hundreds of vCPUs, and it takes slots_lock and mmu_lock. Setting the whole word can clear USERFAULT by accident, and the XArray allocates.',
    answer: 'Houghton, on 17 July, agrees and lists three forms it could take.',
    mails: [
      { id: 'CALzav=d+eALgV5UKnwHh67XYba53tkWwDNPWrThcmCP++sCiLg@mail.gmail.com' },
      {
        id: 'CADrL8HUi2x2z+Jow_rb+iiuySWMCRq8Ti6SwzBoHUNSH1mcYhw@mail.gmail.com',
        label: 'Houghton’s answer',
      },
    ],
  },
  {
    who: 'Wei Wang',
    domain: 'intel.com',
    date: '2024-07-17',
    decisive: true,
    position:
      'Exits for private memory alone, and perhaps without any new flag: every page starts as shared at the destination, so the guest’s first private access exits for a conversion. userfaultfd does the rest.',
    argument:
      'It works in tests at Intel, and needs neither asynchronous faults nor a second kind of exit. What is shared memory in guest_memfd good for, can it be mapped safely, and will its 1 GiB pages bring the old trouble back? He asks for latency from end to end.',
    answer:
      'Houghton: right for guests with private memory today; no help for ordinary guests. At about 32 µs over the network the path of a fault hardly matters, collapsing tables afterwards does. He has no comparison to show. Wang, on 19 July, had missed the series on shared guest_memfd and will look.',
    mails: [
      {
        id: 'DS0PR11MB63735DAF7F168405D120A5C6DCA32@DS0PR11MB6373.namprd11.prod.outlook.com',
        label: 'The mail',
      },
      {
        id: 'CADrL8HWM-DX48GudKuc-N5KizZCqy-RvppejzktmtHS62VbaeA@mail.gmail.com',
        label: 'Houghton’s answer',
      },
    ],
  },
  {
    who: 'Nikita Kalyazin',
    domain: 'amazon.com',
    date: '2024-07-26',
    position:
      'Firecracker resolves faults in another process. It wants all of them asynchronous, and to read them outside the VMM.',
    argument:
      'Passing on the exits of vCPUs takes a protocol and time. And is mending userfaultfd the better cause?',
    answer:
      'Houghton: a flag could do it. A wait queue would have userfaultfd’s bottleneck of two locks, and exits have none.',
    mails: [
      { id: '4e5c2904-f628-4391-853e-37b7f0e132e8@amazon.com', label: '26 July' },
      { id: '4cd16922-2373-4894-b888-83a6bb3978e7@amazon.com', label: '29 July' },
      {
        id: 'CADrL8HUn-A+k-+A8WvreKtvxW-b9zZvgAGMkkaR7gCLsPr3XPg@mail.gmail.com',
        label: 'Houghton’s answer',
      },
    ],
  },
  {
    who: 'Peter Xu',
    domain: 'redhat.com',
    date: '2024-08-01',
    position:
      'First of all: will guest_memfd ever give ordinary 1 GiB pages that the kernel can follow and a process can map?',
    argument: 'On that it hangs whether KVM needs a trap of its own.',
    answer: 'No answer was found. Since Linux 6.18 a guest_memfd can be mapped, in pages of 4 KiB.',
    mails: [{ id: 'ZqwIR8HW0d0cXAhq@x1n' }],
  },
  {
    who: 'James Houghton',
    domain: 'google.com',
    date: '2024-12-04',
    decisive: true,
    position:
      'A flag of the slot and a bitmap in userspace; asynchronous faults are gone. It is not to replace userfaultfd: by his account, Bonzini and Christopherson had called that the wrong direction at a conference.',
    argument:
      'userfaultfd alone is never complete for guest_memfd, since a vCPU’s fault passes the process’ page tables by. His table shows how both scale.',
    answer:
      'Xu, in December and January: then userfaultfd may stay as it is, for addresses. Christopherson, on 16 January 2025: trusted devices will reach private pages through the IOMMU, private memory will never be mappable, and vhost stays on shared memory.',
    mails: [
      { id: '20241204191349.1730936-1-jthoughton@google.com', label: 'The series' },
      {
        id: 'CADrL8HUkP2ti1yWwp=1LwTX2Koit5Pk6LFcOyTpN2b+B3MfKuw@mail.gmail.com',
        label: 'January 2025',
      },
      { id: 'Z4mFL8wfHjvz6F1Y@google.com', label: 'Christopherson' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2025-05-29',
    position:
      'In favour of the second version, with its patches put together anew. Memory errors inside a 1 GiB page are no task for it: take that page out of the slot.',
    argument: 'An access without a slot exits to the VMM anyway.',
    answer:
      'Houghton had named what the bitmap would cost there: 4 KiB everywhere, dropping all mappings to mark one page, no second look at the bitmap. Version 3 follows in June.',
    mails: [
      { id: 'aDh9GtncjlVvvVJ1@google.com', label: 'On memory errors' },
      {
        id: 'CADrL8HXjLjVyFiFee9Q58TQ9zBfXiO+VG=25Rw4UD+fbDmxQFg@mail.gmail.com',
        label: 'Houghton, the day before',
      },
      { id: 'aBqfsGtUjBUJudFB@google.com', label: 'On version 2, 6 May' },
    ],
  },
  {
    who: 'Oliver Upton',
    domain: 'linux.dev',
    date: '2025-06-18',
    position: 'The side that reads the bitmap must load with acquire.',
    argument: 'Userspace clears a bit by a store with release; the two belong together.',
    answer: 'Houghton agrees.',
    mails: [
      { id: 'aFMWQ5_zMXGTCE98@linux.dev' },
      {
        id: 'CADrL8HXdBY-sxPJrKEKOzdyZ5C82dE3qUobQuh+LABgatCfgdw@mail.gmail.com',
        label: 'Houghton’s answer',
      },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2025-09-05',
    position:
      'He had not pushed the third version, as he saw nobody who needs it within a year. Only the part both architectures share must still be settled with Upton.',
    argument: 'The open piece is a common struct kvm_page_fault, of which he owes a second version.',
    answer:
      'Kalyazin, on 4 and 23 September: Firecracker wants it and has it on a branch; must that piece really come first? No later answer was found.',
    mails: [
      { id: 'aLrXFWDgDkHqPQda@google.com' },
      { id: 'de7da4d8-0e9d-46f2-88ec-cfd5dc14421c@amazon.com', label: 'Kalyazin, 4 September' },
      { id: '8408090a-d2cc-4b90-99fe-183d49081ea4@amazon.com', label: 'and 23 September' },
    ],
  },
];

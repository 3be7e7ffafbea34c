import type { Position } from '../../../src/components/Positions/position.ts';

/** The debate on pinning the memory of SEV guests, 2019 to 2022, in order of date. */
export const positions: readonly Position[] = [
  {
    who: 'Alex Williamson',
    domain: 'redhat.com',
    date: '2019-08-13',
    position:
      'Zapping only the pages of the slot that goes, as KVM had done since Linux 5.1, makes guests with an assigned GPU unstable; he bisected it to that commit.',
    argument:
      'A Windows 10 guest with a GeForce, under graphics tests, shows glitches or hangs; with the old zap of everything it does not.',
    answer:
      'The change was taken back in 2019. In July 2020 he cannot break 5.8-rc4 any more, while 5.3-rc5 still breaks even with the fix. Intel could not reproduce it, and no cause was found.',
    mails: [
      { id: '20190813100458.70b7d82d@x1.home' },
      { id: '20200713122226.28188f93@x1.home', label: 'July 2020' },
      { id: '20200723123544.6268b465@w520.home', label: 'Ten days later' },
    ],
  },
  {
    who: 'Paolo Bonzini',
    domain: 'redhat.com',
    date: '2020-07-08',
    position:
      'No opt-in capability for precise zapping of slots while that bug is unexplained; it can only be a bug of KVM.',
    argument:
      'One does not ship a known corruption behind a flag. A configuration option marked broken would do.',
    answer:
      'Sean Christopherson, on 9 and 10 July: it may be QEMU or timing, and what nobody may use nobody tests. Then he agrees that a capability is a bad idea, and sends a zap of leaves alone for testing.',
    mails: [
      { id: '51637a13-f23b-8b76-c93a-76346b4cc982@redhat.com' },
      { id: '49c7907a-3ab4-b5db-ccb4-190b990c8be3@redhat.com' },
    ],
  },
  {
    who: 'Eric van Tassell',
    domain: 'amd.com',
    date: '2020-07-24',
    decisive: true,
    position:
      'Pin a page of an SEV guest at its first nested fault, and not all of them when the region is registered.',
    argument: 'Start-up time and pressure on memory: at 60 GiB, 14 s become one, by a hand-held stopwatch.',
    answer:
      'Brijesh Singh: it suffers from allocating memory in the fault path. Christopherson answers with a series of his own.',
    mails: [
      { id: '20200724235448.106142-1-Eric.VanTassell@amd.com', label: 'The series' },
      { id: '20200819151742.7892-1-Eric.VanTassell@amd.com', label: 'Version 2' },
    ],
  },
  {
    who: 'Sean Christopherson',
    domain: 'intel.com',
    date: '2020-07-31',
    decisive: true,
    position:
      'A spare bit of the SPTE says that the page is pinned; hooks of the vendor’s code do the pinning. Further hooks, which SEV does not need, are there for moving pages later.',
    argument:
      'Nothing has to be allocated beyond the tables KVM has anyway, and it could grow to pages that migrate.',
    answer:
      'He says himself that it surely has bugs and that its last patch is not finished. Singh, on 3 August, asks what unpins a page.',
    mails: [{ id: '20200731212323.21746-1-sean.j.christopherson@intel.com' }],
  },
  {
    who: 'Brijesh Singh',
    domain: 'amd.com',
    date: '2020-08-03',
    position:
      'When is a page unpinned? The pin must last as long as the guest. Firmware from 0.17 on can move encrypted pages.',
    argument:
      'KVM drops SPTEs all the time while a guest runs. A page unpinned then may be moved by the host, and its data is lost.',
    answer: 'Christopherson, the same day: the next position.',
    mails: [{ id: '3bf90589-8404-8bd6-925c-427f72528fc2@amd.com' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'intel.com',
    date: '2020-08-03',
    position:
      'The pin goes when the SPTE is dropped, which is meant to happen only when the address space dies. So parents must not be zapped: no recycling of tables with pinned children, slots zapped precisely, no toggling of NX huge pages.',
    argument:
      'Ballooning would be an easier first step than moving pages, since nothing has to be carried over.',
    answer:
      'He admits that these assumptions do not hold for SEV as it is. Singh, on 4 August: SEV guests cannot balloon, and the limits are new ones.',
    mails: [{ id: '20200803171620.GC3151@linux.intel.com' }],
  },
  {
    who: 'Brijesh Singh',
    domain: 'amd.com',
    date: '2020-10-26',
    decisive: true,
    position:
      'With fixes of his own the framework works for SEV. What blocks it is that every memslot update drops all SPTEs and so every pin. Until that is solved: an XArray of pinned pages, released when the VM ends.',
    argument:
      'A shorter boot. In August, without the fixes, guests had failed at random in three phases: boot, kernel build, adding and removing devices.',
    answer: 'No answer was found; the thread as read ends here.',
    mails: [
      { id: 'a1ecadce-531f-3698-7962-cbca6a1ebaf3@amd.com' },
      { id: '16ef9998-84a9-1db4-d9a3-a0cab055a8a2@amd.com', label: 'August: the failures' },
    ],
  },
  {
    who: 'Nikunj Dadhania',
    domain: 'amd.com',
    date: '2022-01-18',
    position: 'Pin at the fault, and keep the record of it in the memslot. A bit of the SPTE does not work.',
    argument:
      'The MMU’s context is dropped often, even when a guest flips CR0.WP, and the bit dies with its table.',
    answer: 'The other positions of 2022. Christopherson’s ended it.',
    mails: [
      { id: '20220118110621.62462-1-nikunj@amd.com', label: 'January' },
      { id: '20220308043857.13652-1-nikunj@amd.com', label: 'March' },
    ],
  },
  {
    who: 'Peter Gonda',
    domain: 'google.com',
    date: '2022-01-25',
    position:
      'Moving a guest to another process of the same host would lose its pins. In March: before the boot a VMM cannot know whether its guest will report shared pages, so it must pin them all.',
    argument: 'Tracking by hypercall helps only where the guest makes the hypercalls.',
    answer: 'Dadhania took it for migration to another host. Christopherson: hence a VM type of its own.',
    mails: [
      { id: 'CAMkAt6rCU3K-dk7edxa9iKrOZ0uh5442K0U5Fbux=js0q6qQ+g@mail.gmail.com' },
      { id: 'CAMkAt6px4A0CyuZ8h7zKzTxQUrZMYEkDXbvZ=3v+kphRTRDjNA@mail.gmail.com' },
    ],
  },
  {
    who: 'David Hildenbrand',
    domain: 'redhat.com',
    date: '2022-01-26',
    position:
      'A raised reference count is no long-term pin. It takes FOLL_PIN with FOLL_LONGTERM from the start, and a check of RLIMIT_MEMLOCK. SEV’s existing code is probably wrong too.',
    argument:
      'A long-term pin may first have to move the page out of a movable zone; once the guest has it mapped, that is too late.',
    answer: 'Dadhania’s version of March uses the pin interface.',
    mails: [
      { id: '99248ffb-2c7c-ba25-5d56-2c577e58da4c@redhat.com' },
      { id: '99e39466-513b-6db9-6b3a-f40e68997cec@redhat.com' },
      { id: '6597e635-b488-3a4c-ce84-8c17d225747e@redhat.com' },
    ],
  },
  {
    who: 'Mingwei Zhang',
    domain: 'google.com',
    date: '2022-03-06',
    position: 'In favour: pin in the fault, keep the data in the slot, and release what is given back.',
    argument: 'Nobody then has to trust the VMM to do the pinning.',
    answer: 'None was found.',
    mails: [{ id: 'YiUUcuEuWbQrPs2E@google.com' }],
  },
  {
    who: 'Sean Christopherson',
    domain: 'google.com',
    date: '2022-03-28',
    decisive: true,
    position:
      'He likes idea and speed, and asks to stop: all effort should go into fd-based memory, which pins by its nature. The old scheme may fade over five to ten years and more.',
    argument:
      'It touches core paths. The test for a pinned page gives false alarms, and the pin may belong to somebody else; his own bit in the SPTE has that flaw too. A raised count still lets NUMA balancing zap and try. SEV and SEV-ES guests never fault on a wrong C-bit, so only a hypercall can tell private from shared.',
    answer:
      'Dadhania: the first series then? No. Marc Orr asks whether users are broken by this: only once there are none, and he is convinced.',
    mails: [
      { id: 'YkIh8zM7XfhsFN8L@google.com' },
      { id: 'YkSz1R3YuFszcZrY@google.com' },
      { id: 'YkX6aKymqZzD0bwb@google.com' },
      { id: 'YkcSDeJDHOv+MZA7@google.com' },
      { id: 'Ykc+QapbAdpd41PK@google.com' },
    ],
  },
];

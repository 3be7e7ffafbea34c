/** One virtual machine: its slots, its second stage, its locks, and the designs it was built with. */
import { eptTypeOf } from '../arch/eptType.ts';
import { atLeast, type Profile, rulesOf, type VmRules } from '../arch/profile.ts';
import { Rmp } from '../arch/rmp.ts';
import { SecureEpt } from '../arch/secureEpt.ts';
import type { Costs } from '../costs/table.ts';
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { Mutex } from '../engine/mutex.ts';
import { RwLock } from '../engine/rwLock.ts';
import { Srcu } from '../engine/srcu.ts';
import type { AddressSpace } from '../host/addressSpace.ts';
import { OWNER_DEVICE } from '../host/frames.ts';
import type { Host } from '../host/host.ts';
import type { Conversion, ConversionDesign } from './conversion.ts';
import { BITMAP_SINK } from './dirtyBitmap.ts';
import { type DirtySink, isDirtyTracked } from './dirtyLog.ts';
import { EncryptedRegions } from './encryptedRegions.ts';
import type { FaultCounts } from './faultCounts.ts';
import { Invalidation } from './invalidation.ts';
import { Launch } from './launch.ts';
import { Memslots } from './memslots.ts';
import { MmioSptes } from './mmioSptes.ts';
import { KvmNotifier } from './notifier.ts';
import type { Pinning, PinningDesign } from './pinning.ts';
import { quirksWithout } from './quirks.ts';
import type { ReclaimDesign } from './reclaim.ts';
import { RmapMmu } from './rmap/rmapMmu.ts';
import { ShadowMmu } from './shadow/shadowMmu.ts';
import { EPT, eptTypeBits, NPT } from './spte.ts';
import { TdpMmu, type ZapJudge } from './tdpMmu.ts';
import { Vcpu } from './vcpu.ts';

/** What happened so far, in events; what vCPUs do is counted on each of them too. */
export interface VmStats extends FaultCounts {
  /** SPTEs removed. */
  zapped: number;
  /** Notifier events that hit a slot. */
  notifierHits: number;
  /** Flushes of every CPU's cache. */
  cacheFlushes: number;
  /** SPTEs that the reclaim design was asked about. */
  judged: number;
  /** Flushes of translations on every CPU that runs the guest (remote_tlb_flush). */
  tlbFlushes: number;
}

/** One design an axis. */
export interface VmDesigns {
  readonly conversion: ConversionDesign;
  readonly reclaim: ReclaimDesign;
  /** Nothing is pinned unless given. */
  readonly pinning?: PinningDesign;
}

/** Address spaces of a VM: system management mode has one of its own, but not beside private memory. */
function addressSpaces({ arch, vmType, caps }: Profile): number {
  const cap = caps.MULTI_ADDRESS_SPACE;
  if (cap !== undefined) return Math.max(cap, 1);
  return arch === 'arm64' || rulesOf(vmType).privateMemory ? 1 : 2;
}

/** The memory-type bits of a leaf for RAM while every device snoops. */
function ramType(profile: Profile): number {
  return eptTypeBits(
    eptTypeOf(profile, { isMmio: false, noncoherentDma: false, cacheDisabled: false, mtrr: 'WB' }),
  );
}

export class Vm implements Hashable {
  readonly host: Host;
  readonly engine: Engine;
  readonly costs: Costs;
  readonly mm: AddressSpace;
  /** What it is; userspace may turn quirks off (KVM_CAP_DISABLE_QUIRKS2). */
  profile: Profile;
  readonly rules: VmRules;
  /** kvm->lock: what the VM is, and its launch. */
  readonly lock: Mutex;
  readonly mmuLock: RwLock;
  readonly slotsLock: Mutex;
  readonly srcu: Srcu;
  readonly memslots: Memslots;
  readonly invalidation: Invalidation;
  /** Gfns known to have no slot. */
  readonly mmio: MmioSptes;
  readonly mmu: TdpMmu;
  /** The same, where it has reverse maps and a limit of table pages; null elsewhere. */
  readonly rmapMmu: RmapMmu | null;
  readonly rmp: Rmp | null;
  /** The TDX module's side of private mappings; null elsewhere. */
  readonly secureEpt: SecureEpt | null;
  readonly conversion: Conversion;
  readonly reclaim: ReclaimDesign;
  readonly pinning: Pinning | null;
  readonly vcpus: Vcpu[] = [];
  /** Descriptors and files that keep the VM alive: its own, those of vCPUs, and guest_memfds. */
  users = 1;
  /** Large leaves cannot be executed: an instruction that is fetched from one gets a small one (kvm.nx_huge_pages). */
  nxHugePages = false;
  /** Devices whose DMA does not snoop caches. */
  noncoherentDma = 0;
  private ramType: number;
  /** Ids of the vCPUs that userspace made. */
  readonly vcpuIds = new Set<number>();
  /** CPUs that have ever run a vCPU of it (have_run_cpus, since 6.17); none is ever taken out. */
  readonly haveRunCpus = new Set<number>();
  /** Where dirtied pages are logged. */
  dirtySink: DirtySink | null = BITMAP_SINK;
  /** Entries of each vCPU's dirty ring; 0 where pages are logged in bitmaps. */
  dirtyRingSize = 0;
  /** The vCPU whose fault is being handled in the step under way. */
  running: Vcpu | null = null;
  /** The tables KVM keeps in the guest's stead where hardware has none for it; null elsewhere. */
  readonly shadow: ShadowMmu | null;
  /** How far its launch has come, where it is encrypted. */
  readonly launch = new Launch();
  /** Memory that userspace has registered as encrypted. */
  readonly encryptedRegions: EncryptedRegions;
  readonly notifier: KvmNotifier;
  /** The name under which it tells its statistics (kvm-PID). */
  statsId = 'kvm-1';
  readonly stats: VmStats = {
    faults: 0,
    fast: 0,
    fixed: 0,
    spurious: 0,
    emulated: 0,
    mmioSptes: 0,
    zapped: 0,
    notifierHits: 0,
    cacheFlushes: 0,
    judged: 0,
    tlbFlushes: 0,
  };

  constructor(host: Host, mm: AddressSpace, profile: Profile, designs: VmDesigns) {
    this.host = host;
    this.engine = host.engine;
    this.costs = host.costs;
    this.mm = mm;
    this.profile = profile;
    this.rules = rulesOf(profile.vmType);
    this.lock = new Mutex(this.engine, 'kvm->lock');
    this.mmuLock = new RwLock(this.engine, 'mmu_lock');
    this.slotsLock = new Mutex(this.engine, 'slots_lock');
    this.srcu = new Srcu(this.engine, 'kvm->srcu', this.costs.srcuGrace);
    this.memslots = new Memslots(this.engine, addressSpaces(profile));
    this.invalidation = new Invalidation(this.engine);
    this.mmio = new MmioSptes(this.engine);
    const format = profile.arch === 'svm' ? NPT : EPT;
    this.rmapMmu = profile.mmu === 'direct-rmap' ? new RmapMmu(this.engine, format) : null;
    this.mmu = this.rmapMmu ?? new TdpMmu(this.engine, format, this.rules.mirrorRoot);
    this.rmp = this.rules.rmp ? new Rmp(this.engine) : null;
    this.secureEpt = this.rules.mirrorRoot ? new SecureEpt(this.engine) : null;
    this.mmu.secureEpt = this.secureEpt;
    this.mmu.largePrivate = profile.gmemHugePages;
    // No literal is assigned: V8 would put it among its old objects, where it keeps a dead VM for long.
    const isLogged = (gfn: number) => this.isLogged(gfn);
    if (profile.mmu === 'tdp') this.mmu.isLogged = isLogged;
    this.ramType = ramType(profile);
    this.reclaim = designs.reclaim;
    this.conversion = designs.conversion.create(this);
    this.pinning = designs.pinning?.create(this) ?? null;
    this.mmu.judge = this.zapJudge();
    if (this.rmapMmu !== null) this.rmapMmu.keepsPinnedTables = this.pinning?.keepsTables === true;
    this.shadow = profile.mmu === 'shadow' ? new ShadowMmu(this.engine) : null;
    this.encryptedRegions = new EncryptedRegions(this);
    this.notifier = new KvmNotifier(this);
    mm.registerNotifier(this.notifier);
    if (this.pinning?.moved !== undefined) mm.movers.push((from, to) => this.pinning?.moved?.(from, to));
  }

  /** Turns quirks off for good, by their bits. What is mapped keeps the memory type it has. */
  disableQuirks(bits: number): void {
    this.profile = { ...this.profile, quirks: quirksWithout(this.profile.quirks, bits) };
    this.ramType = ramType(this.profile);
  }

  /** Adds a vCPU. */
  createVcpu(): Vcpu {
    const vcpu = new Vcpu(this);
    this.vcpus.push(vcpu);
    return vcpu;
  }

  /**
   * Whether deleting or moving a slot drops every SPTE: the quirk KVM_X86_QUIRK_SLOT_ZAP_ALL, which only default
   * VMs honour (since 6.12; always so from 5.3 on before, for every type that there was).
   */
  get slotZapAll(): boolean {
    const { vmType, release, quirks } = this.profile;
    // 5.1 zapped the slot's pages alone; 5.3 took that back, for a guest's memory was corrupted.
    if (atLeast(release, [5, 1]) && !atLeast(release, [5, 3])) return false;
    if (!atLeast(release, [6, 12])) return vmType !== 'tdx';
    return vmType === 'default' && quirks.slotZapAll;
  }

  /** The memory-type bits of the leaf for a frame. */
  leafType(pfn: number): number {
    if (this.profile.arch !== 'vmx') return 0;
    const isMmio = this.host.frames.owner(pfn) === OWNER_DEVICE;
    if (!isMmio && this.noncoherentDma === 0) return this.ramType;
    const inputs = {
      isMmio,
      noncoherentDma: this.noncoherentDma > 0,
      cacheDisabled: false,
      mtrr: 'WB',
    } as const;
    return eptTypeBits(eptTypeOf(this.profile, inputs));
  }

  /** Whether the guest frame is private, by whatever the conversion design keeps. */
  isPrivate(gfn: number): boolean {
    return this.rules.privateMemory && this.conversion.isPrivate(gfn);
  }

  /** Whether a page's slot logs writes; a gfn without a slot is left to the fault path. */
  private isLogged(gfn: number): boolean {
    const slot = this.memslots.set.find(gfn);
    return slot === undefined || isDirtyTracked(slot);
  }

  /** What asks the designs about each leaf that is to be zapped; null where none of them wants to know. */
  private zapJudge(): ZapJudge | null {
    const { pinning, reclaim } = this;
    const judgesPins = pinning?.zapping !== undefined || pinning?.dropping !== undefined;
    if (!judgesPins && reclaim.spares === undefined) return null;
    return (gfn, pfn, { present, pinned, reason, filter }) => {
      if (reason === 'notifier' && present && reclaim.spares !== undefined) {
        this.stats.judged++;
        if (reclaim.spares(this, gfn, pfn, filter)) return 'keep';
      }
      if (!present) return pinning?.dropping?.(gfn, pfn, reason) ?? 'drop';
      return pinning?.zapping?.(gfn, pfn, pinned, reason) ?? 'drop';
    };
  }

  hashInto(hash: StateHash): void {
    this.memslots.hashInto(hash);
    this.invalidation.hashInto(hash);
    this.mmu.hashInto(hash);
    this.rmp?.hashInto(hash);
    this.secureEpt?.hashInto(hash);
    this.shadow?.hashInto(hash);
    this.encryptedRegions.hashInto(hash);
    this.launch.hashInto(hash);
    for (const vcpu of this.vcpus) hash.add(vcpu.stateEncrypted ? 1 : 0);
    const { slotZapAll, ignoreGuestPat, cdNwCleared } = this.profile.quirks;
    hash.add((slotZapAll ? 1 : 0) + (ignoreGuestPat ? 2 : 0) + (cdNwCleared ? 4 : 0));
  }
}

/**
 * Memory types of arm64's two stages (arch/arm64/include/asm/memory.h, arch/arm64/kvm/hyp/pgtable.c), and what they come
 * to: Arm Architecture Reference Manual (DDI 0487), D8.6.5 without FWB and D8.6.6 with it.
 */

/**
 * From the weakest to the strongest (tables D8-97 and D8-98): Device before Normal, non-gathering before gathering,
 * non-reordering before reordering, no early acknowledgement before an early one; of Normal memory non-cacheable before
 * write-through before write-back.
 */
type ArmType =
  | 'Normal-WB'
  | 'Normal-WT'
  | 'Normal-NC'
  | 'Device-GRE'
  | 'Device-nGRE'
  | 'Device-nGnRE'
  | 'Device-nGnRnE';

export const ARM_TYPES: readonly ArmType[] = [
  'Normal-WB',
  'Normal-WT',
  'Normal-NC',
  'Device-GRE',
  'Device-nGRE',
  'Device-nGnRE',
  'Device-nGnRnE',
];

/** What a stage-2 entry maps. */
type ArmBacking =
  | 'ram'
  | 'device'
  /** A VMA that VFIO has marked as allowing any uncached type. */
  | 'any-uncached';

/** The type that KVM writes into a stage-2 entry. */
function stage2Type(backing: ArmBacking): ArmType {
  if (backing === 'device') return 'Device-nGnRE';
  return backing === 'any-uncached' ? 'Normal-NC' : 'Normal-WB';
}

/**
 * The type of a guest's access. Without FWB the stricter of the two stages wins; with it, RAM is write-back whatever the
 * guest says (table D8-101, encoding 0b110), so a guest's write-combining mapping of RAM exists only without it. For the
 * other two that KVM writes, FWB changes nothing: Device is combined as before, and Normal-NC leaves a guest its Device
 * types alone.
 *
 * @param fwb the CPU has FEAT_S2FWB.
 */
export function effectiveOnArm(fwb: boolean, backing: ArmBacking, stage1: ArmType): ArmType {
  const stage2 = stage2Type(backing);
  if (fwb && backing === 'ram') return 'Normal-WB';
  return ARM_TYPES.indexOf(stage1) > ARM_TYPES.indexOf(stage2) ? stage1 : stage2;
}

/** Whether KVM lets the guest execute from it; it refuses with -EINVAL on device memory and uncached mappings. */
export function allowsExecution(backing: ArmBacking): boolean {
  return backing === 'ram';
}

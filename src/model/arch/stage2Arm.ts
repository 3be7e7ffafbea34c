/**
 * Memory types of arm64's two stages (arch/arm64/include/asm/memory.h, arch/arm64/kvm/hyp/pgtable.c).
 */

/** From the weakest to the strongest: by the Arm manual as remembered, which was not confirmed. */
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
 * guest says, so a guest's write-combining mapping of RAM exists only without it.
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

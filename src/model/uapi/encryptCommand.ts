import type { U64 } from './u64.ts';

/**
 * What KVM_MEMORY_ENCRYPT_OP is given: struct kvm_sev_cmd, or struct kvm_tdx_cmd (arch/x86/include/uapi/asm/kvm.h).
 */
export interface EncryptCommand {
  /** KVM_SEV_* or KVM_TDX_*; the VM's type says which numbers are meant. */
  readonly id: number;
  /** The struct that the command points to; null, or nothing, where it cannot be read. */
  readonly data?: EncryptStruct | null;
  /** SEV: a descriptor of /dev/sev. */
  readonly sevFd?: number;
  /** TDX: flags of the command. */
  readonly flags?: number;
  /** TDX: where the module's error comes back; zero, or the command is refused. */
  readonly hwError?: U64;
}

/** The struct that a command points to, whichever it is; a field that is left out is zero. Sizes in bytes. */
export interface EncryptStruct {
  readonly flags?: number;
  readonly vmsaFeatures?: U64;
  readonly ghcbVersion?: number;
  readonly policy?: U64;
  /** First byte of memory of the VMM's. */
  readonly uaddr?: U64;
  readonly len?: U64;
  /** First guest frame. */
  readonly gfnStart?: U64;
  /** KVM_SEV_SNP_PAGE_TYPE_*. */
  readonly type?: number;
  /** First byte that is copied from, and to in the guest; how many pages. */
  readonly sourceAddr?: U64;
  readonly gpa?: U64;
  readonly nrPages?: U64;
  /** Bits of a guest physical address, as CPUID leaf 0x80000008 of the guest's says. */
  readonly guestPhysBits?: number;
}

/** What a command came to. */
export interface EncryptDone {
  /** 0 or a negated errno. */
  readonly result: number;
  /** The firmware's own error; 0 where it had none, or was not asked. */
  readonly error: number;
  /** The struct as the command left it, where it changed. */
  readonly data?: EncryptStruct;
}

/** A command that came to nothing but its result. */
export function done(result: number, error = 0): EncryptDone {
  return { result, error };
}

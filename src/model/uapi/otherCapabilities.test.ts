import { describe, expect, it } from 'vitest';
import { profile } from '../arch/profile.ts';
import { capability } from './capabilities.ts';

/** What Linux 6.18 on a machine with KVM answered, of what does not hang on its CPU. */
const ASKED: readonly (readonly [cap: number, answer: number])[] = [
  ...[0, 1, 2, 3, 4, 7, 8, 11, 12, 14, 16, 21, 22, 30, 36, 41, 59, 81, 100, 121, 136, 164].map(
    cap => [cap, 1] as const,
  ),
  ...([
    [10, 32764],
    [15, 2],
    [25, 4096],
    [31, 32],
    [128, 4096],
    [168, 3],
    [192, 1048576],
  ] as const),
  ...([
    [203, 1],
    [231, 1],
    [232, 1],
    [234, 1],
    [235, 1],
    [244, 3],
  ] as const),
  ...([
    [5, 0],
    [20, 0],
    [111, 0],
    [9999, 0],
  ] as const),
];

describe('KVM_CHECK_EXTENSION', () => {
  it('answers as a real kernel did', () => {
    const today = profile();
    expect(ASKED.map(([cap]) => [cap, capability(today, cap)])).toEqual(ASKED);
  });

  it('names the types of VMs that there are', () => {
    expect(capability(profile({ vmType: 'snp' }), 235)).toBe(1 | (1 << 4));
    expect(capability(profile({ vmType: 'tdx' }), 235)).toBe(1 | (1 << 5));
    expect(capability(profile({ release: [6, 7] }), 235)).toBe(0);
    expect(capability(profile({ caps: { VM_TYPES: 3 } }), 235)).toBe(3);
  });

  it('knows what came when, and nothing of another architecture’s devices', () => {
    expect(capability(profile({ release: [5, 7] }), 182)).toBe(0);
    expect(capability(profile({ release: [5, 8] }), 182)).toBe(1);
    expect(capability(profile({ arch: 'arm64' }), 33)).toBe(0);
  });
});

/**
 * 64-bit arguments of system calls: taken as numbers or bigints, and as wide as the kernel takes them.
 */
import { PAGE_SIZE } from '../host/units.ts';

/** A 64-bit argument; a negative one stands for its two's complement. */
export type U64 = number | bigint;

const PAGE = BigInt(PAGE_SIZE);

/** The argument as an unsigned 64-bit number. */
export function u64(value: U64): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** The argument as a signed 64-bit number. */
export function s64(value: U64): bigint {
  return BigInt.asIntN(64, BigInt(value));
}

/** The argument as an unsigned 32-bit number. */
export function u32(value: U64): number {
  return Number(BigInt.asUintN(32, BigInt(value)));
}

/** Whether it is a multiple of the page size. */
export function isPageAligned(value: bigint): boolean {
  return value % PAGE === 0n;
}

/** The page a byte lies in; exact below 2^65 bytes. */
export function pageOf(value: bigint): number {
  return Number(value / PAGE);
}

/** A length rounded up to whole pages, as 64 bits hold it: one near the top becomes 0. */
export function pageAlignUp(value: bigint): bigint {
  return BigInt.asUintN(64, ((value + PAGE - 1n) / PAGE) * PAGE);
}

/** Where user addresses end (TASK_SIZE_MAX with four levels of page tables). */
export const TASK_SIZE = 0x7ffffffff000n;

/** Whether user memory [start, start + length) can be meant at all (access_ok). */
export function accessOk(start: bigint, length: bigint): boolean {
  return start + length <= TASK_SIZE;
}

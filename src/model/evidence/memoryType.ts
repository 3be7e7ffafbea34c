/** Copies of a frame to video memory, by the memory type of the guest's mapping. */
import type { Published } from './published.ts';
import { ZHAO_BOCHS } from './sources.ts';

/** Bytes of that frame. */
export const FRAME_BYTES = 4_096_000;

export const COPY_UC: Published = {
  name: 'copy of 4,096,000 bytes, UC-',
  unit: 's',
  value: 1.24,
  source: ZHAO_BOCHS,
};

export const COPY_WC: Published = {
  name: 'copy of 4,096,000 bytes, WC',
  unit: 's',
  value: 0.01,
  source: ZHAO_BOCHS,
};

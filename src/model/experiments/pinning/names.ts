/** Names for the pinning designs that fit beside a bar. */
import type { PinningDesign } from '../../kvm/pinning.ts';

const SHORT: Readonly<Record<string, string>> = {
  'at-registration': 'all at the start',
  'sptes-rfc': 'SPTE, July',
  'sptes-launch': 'SPTE, launch',
  'sptes-ballooning': 'SPTE, balloon',
  'sptes-october': 'SPTE, October',
  'sptes-surviving': 'SPTE, any zap',
  xarray: 'XArray',
  memslot: 'memslot',
  'firmware-move': 'firmware',
  'guest-memfd': 'guest_memfd',
};

/** A design in a word or two; its title where it has none. */
export function shortName({ name, title }: PinningDesign): string {
  return SHORT[name] ?? title;
}

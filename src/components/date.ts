const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** An ISO date as people write it: `2022-06-23` is 23 June 2022, `2026-09` is September 2026. */
export function formatDate(iso: string): string {
  const [year, month, day] = iso.split('-').map(Number);
  return [...(day ? [day] : []), ...(month ? [months[month - 1]] : []), year].join(' ');
}

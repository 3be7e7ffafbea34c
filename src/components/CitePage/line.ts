/** A line to cite a page by: version, title and address, in the form that experiments and programs have. */
export function citationOfPage(version: string, title: string, address: string): string {
  return `Faultlines ${version}, “${title}”. ${address}`;
}

/**
 * Hands the reader a file.
 *
 * @returns its name
 */
export function saveFile(content: Blob, name: string): string {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return name;
}

/** What stands in somebody else's page to show a figure of this site there. */

/** What an embedded page posts to the one around it whenever its height changes. */
export interface HeightMessage {
  readonly type: 'faultlines:height';
  /** CSS pixels. */
  readonly height: number;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => entities[character]);
}

/**
 * The frame, and a script that gives it the height it asks for; without the script it scrolls.
 *
 * @param address of the embedded page, with its state
 * @param title what the frame shows, for those who do not see it
 */
export function snippetOf(address: string, title: string): string {
  const { origin } = new URL(address);
  return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="100%" height="640" style="border:0" loading="lazy" allow="clipboard-write"></iframe>
<script>
addEventListener('message', ({ origin, source, data }) => {
  if (origin !== ${JSON.stringify(origin)} || data?.type !== 'faultlines:height') return;
  for (const frame of document.querySelectorAll('iframe'))
    if (frame.contentWindow === source) frame.height = Math.min(20000, Math.max(100, Math.ceil(data.height)));
});
</script>`;
}

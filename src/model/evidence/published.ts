/**
 * Figures other people published, once each. Tests and pages read them from here; nobody types them again.
 */

/** Where a figure was published. */
export interface Source {
  /** Author, subject or title, and date. */
  readonly title: string;
  /** ISO date of publication. */
  readonly date: string;
  /** Message-ID of a mail on the kernel lists, without angle brackets. */
  readonly messageId?: string;
  /** Address of anything else. */
  readonly url?: string;
  /** Set where the original was not read: it was met in somebody else's text. */
  readonly secondHand?: boolean;
}

/** A published figure. */
export interface Published {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly source: Source;
}

/** A published figure beside what the model computes. */
export interface Evidence {
  readonly name: string;
  readonly unit: string;
  readonly published: number;
  readonly model: number;
  /** (model - published) / published. */
  readonly error: number;
  /** True when a constant was fitted on this very figure; false when it was predicted. */
  readonly fitted: boolean;
  /** Author, subject and date, with a link where there is one. */
  readonly source: string;
}

/** The address of a mail in the list archive. */
export function loreUrl(messageId: string): string {
  return `https://lore.kernel.org/kvm/${encodeURIComponent(messageId).replace(/%40/g, '@').replace(/%3D/g, '=')}/`;
}

/** A source as one line of text. */
export function cite(source: Source): string {
  const link = source.messageId ? loreUrl(source.messageId) : source.url;
  return link ? `${source.title}, ${source.date}, ${link}` : `${source.title}, ${source.date}`;
}

/** Sets a published figure beside the model's. */
export function compare(published: Published, model: number, fitted: boolean): Evidence {
  return {
    name: published.name,
    unit: published.unit,
    published: published.value,
    model,
    error: (model - published.value) / published.value,
    fitted,
    source: cite(published.source),
  };
}

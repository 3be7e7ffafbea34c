/** What an event of the debates' history is: the mail a page is about, another mail or series, or code that was merged. */
export type EventKind = 'thread' | 'series' | 'merged';

/** Something that happened. */
export interface HistoryEvent {
  /** ISO date; year and month where the day is not known. */
  readonly date: string;
  readonly debate: string;
  readonly kind: EventKind;
  readonly what: string;
  /** Message-ID of the mail, where there is one. */
  readonly mail?: string;
}

/** A lane of the picture: a debate with its page. */
export interface Lane {
  /** Folder of its page. */
  readonly debate: string;
  readonly title: string;
}

/** The debates' history: lanes, and events in order of date. */
export interface History {
  readonly lanes: readonly Lane[];
  readonly events: readonly HistoryEvent[];
  /** First and last year shown. */
  readonly years: readonly [first: number, last: number];
}

/** Where a date lies between the first day of one year and the last of another, from 0 to 1. */
export function placeOf(date: string, [first, last]: readonly [number, number]): number {
  const [year, month, day] = date.split('-').map(Number);
  const within = (month - 1 + ((day || 15) - 1) / 31) / 12;
  return (year + within - first) / (last + 1 - first);
}

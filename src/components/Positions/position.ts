/** A mail by which a position is known. */
export interface Mail {
  /** Message-ID without angle brackets. */
  readonly id: string;
  /** What the link says where "the mail" would not do. */
  readonly label?: string;
  /** It was not read itself: what it says is known from its header and from quotations in other mails. */
  readonly secondHand?: true;
}

/** What somebody held in a debate, in our words. */
export interface Position {
  readonly who: string;
  /** Domain of the mail's sender on that day, which says nothing more than that. */
  readonly domain: string;
  /** ISO date of the mail, of the first where there are several. */
  readonly date: string;
  /** The debate turned on it: it is told first. */
  readonly decisive?: true;
  readonly position: string;
  readonly argument: string;
  /** Who answered, and what. */
  readonly answer: string;
  readonly mails: readonly Mail[];
}

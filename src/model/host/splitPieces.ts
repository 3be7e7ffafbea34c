/** A run of pages of a file that stays one folio. */
export interface Piece {
  readonly start: number;
  readonly pages: number;
}

/**
 * What splitting a folio at some of its pages leaves: each time the half that has the page is halved again, down to the
 * page itself, and the other halves stay whole (folio_split, mm/huge_memory.c, since 6.15).
 *
 * @param start first page index of the folio.
 * @param pages its length, a power of two.
 * @param cuts page indices within it, in the order in which it is split there.
 */
export function splitPieces(start: number, pages: number, cuts: readonly number[]): Piece[] {
  let pieces: Piece[] = [{ start, pages }];
  for (const cut of cuts) {
    pieces = pieces.flatMap(piece =>
      piece.start <= cut && cut < piece.start + piece.pages ? halve(piece, cut) : [piece],
    );
  }
  return pieces;
}

function halve({ start, pages }: Piece, cut: number): Piece[] {
  if (pages === 1) return [{ start, pages }];
  const half = pages / 2;
  const low = { start, pages: half };
  const high = { start: start + half, pages: half };
  return cut < high.start ? [...halve(low, cut), high] : [low, ...halve(high, cut)];
}

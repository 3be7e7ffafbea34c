/** What post-copy adds to the costs of demand paging: what lies ahead of a requested page on its way. */
import { assumed, fitted } from './cost.ts';

export const POST_COPY_COSTS = {
  sameChannel: fitted(
    13_275_000,
    'Bytes of the background stream ahead of a requested page that goes down the same channel',
    '10.68 ms, 4 KiB pages in one channel at 10 Gbit/s',
    'bytes',
  ),
  ownChannel: fitted(
    623_000,
    'The same where requested pages have a channel of their own: what the wire itself has queued',
    '0.57 ms, 4 KiB pages with a channel of their own at 10 Gbit/s',
    'bytes',
  ),
  splitEntry: assumed(
    65,
    'Writing one entry of the second stage while a huge one is split',
    'eager splitting of 96 GiB by one thread took 1.55 to 1.67 s (David Matlack, 19 January 2022)',
    [20, 200],
    'ns/page',
  ),
} as const;

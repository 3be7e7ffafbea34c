import type { Attempt } from '../../src/components/Attempts/attempt.ts';

const safety = 'e2e/playgroundSafety.e2e.ts';
const use = 'e2e/playgroundUse.e2e.ts';
const firefox = 'e2e/playgroundFirefox.e2e.ts';
const codec = 'src/playground/link/codec.test.ts';

type Row = readonly [file: string, test: string, tried: string, happens: string];

const rows: Readonly<Record<number, readonly Row[]>> = {
  1: [
    [
      safety,
      'is stopped by the page’s clock; the page answers meanwhile, and the text stays',
      'for (;;); left alone, while the reader goes on typing',
      'Stopped after 5 s; what was typed meanwhile is there; no frame is left; the next run works',
    ],
    [
      safety,
      'is stopped by Stop wherever it loops, and Run works again',
      'A loop at the top, in a promise’s callback, a getter, a generator, a proxy’s trap, a conversion to text',
      'Stop ends each of them, and the next run works',
    ],
    [safety, 'ends by itself where it recurses', 'A function that calls itself', 'RangeError, with its line'],
    [
      firefox,
      'a loop without an end is stopped by the clock and by Stop, and the page answers meanwhile',
      'for (;;); in Firefox',
      'Stopped after 5 s, or by Stop; no frame is left',
    ],
  ],
  2: [
    [
      safety,
      'is stopped among its promises and iterators',
      'A promise that makes the next one, an asynchronous iterator without an end, await in a loop',
      'Stop ends each of them',
    ],
    [
      safety,
      'is told that there are no timers, and that an await has no end',
      'setInterval; an await on a promise that nobody settles',
      'An error that says what is missing, instead of a run that waits',
    ],
  ],
  3: [
    [
      safety,
      'ends with an error or by the clock, and Run works again',
      'Strings, arrays, typed arrays and a Map larger than the engine allows, 4 GiB of buffers, one line of 256 Mi characters',
      'An error with its line, the clock, or an end with less shown; the next run works',
    ],
    [
      safety,
      'a search that goes back for ever leaves the page alive until it is stopped',
      'A regular expression that backtracks exponentially',
      'Stop ends it',
    ],
  ],
  4: [
    [
      safety,
      'a flood is cut where the runner counts, and said',
      '100 000 lines of text',
      '1000 are shown, and the page says that the rest was left out',
    ],
    [
      safety,
      'past the runner, the page counts again',
      'A program without the runner’s limits: endless messages, one of 50 MB, a cyclic one, one that is no text, a made-up kind',
      'The page stops the run and removes the frame',
    ],
    [
      safety,
      'values that break when they are looked at are shown as far as they can be',
      'A cycle, a proxy and a getter that throw, a symbol, a function',
      'Shown with a word in place of what cannot be read',
    ],
    [
      'src/playground/protocol/messages.fuzz.ts',
      'any message of nearly the right form; and what is taken can be drawn, as text',
      'Random messages that look like a program’s, ten thousand of them by npm run fuzz',
      'Read as one of the known forms, or the run is stopped; what is read is drawn as text',
    ],
  ],
  5: [
    [
      safety,
      'finds every way out barred, and nothing arrives',
      'Without the runner: fetch, XMLHttpRequest, WebSocket, EventSource, WebTransport, beacons, imports, eval, other workers, storage',
      'Each is refused; a server that listens receives no request; nothing is stored',
    ],
    [
      safety,
      'talks to nobody by a channel',
      'A BroadcastChannel of the same name as one in the page',
      'The page hears nothing',
    ],
    [
      safety,
      'takes the workers that it started with it',
      'Three workers in endless loops, started by the program',
      'Stop ends them too',
    ],
    [
      firefox,
      'without the runner, too, every way out of the frame is barred',
      'In Firefox, without the runner: fetch, XMLHttpRequest, WebSocket, imports, eval, storage',
      'Each is refused; a server that listens receives no request',
    ],
  ],
  6: [
    [
      safety,
      'nothing that leads to it exists for a program',
      'parent, top, document, storage, network, messages and self.close(), by name',
      'None is defined',
    ],
    [
      safety,
      'past the runner, neither',
      'Without the runner: parent, top, document, window, localStorage, opener',
      'None is defined; the origin is “null”',
    ],
    [
      safety,
      'the frame’s own document has an opaque origin and may load nothing',
      'From the frame’s document: the page’s title, storage, cookies',
      'Each throws; the frame’s sandbox allows scripts and nothing else',
    ],
    [
      firefox,
      'nothing that leads to the page or the network exists for a program',
      'In Firefox: the page, storage, network and other workers, by name',
      'None is defined',
    ],
  ],
  7: [
    [
      safety,
      'are not heard: from the page, from another frame, with a wrong nonce, in another run’s name',
      'Forged messages from the page and from a second frame, a port offered under a wrong nonce',
      'The run ends as it would have; no forged port receives anything',
    ],
    [
      safety,
      'are of no use from a run that is over',
      'A message 300 ms after the end of its run',
      'It does not appear',
    ],
  ],
  8: [
    [
      safety,
      'is text',
      'Tags with handlers, javascript: links, bidirectional and zero-width characters, terminal codes, __proto__ as a column',
      'Shown as text, what is invisible spelled out; no element made, no prototype changed',
    ],
  ],
  9: [
    [
      safety,
      'a clear message, the page’s own version, no run, and the next page works',
      'Links cut short, with a letter changed, with other characters, from a newer site, of a megabyte, empty',
      'A message says which; the page’s own program stays; nothing runs',
    ],
    [
      safety,
      'one that is meant for another page says so',
      'A link to a program that this page does not have',
      'A message says so',
    ],
    [
      safety,
      'one from another version of the model says so',
      'A link made with another version',
      'The program is shown, and that results may differ',
    ],
    [
      codec,
      'a bomb, before it has gone off',
      'A link that inflates beyond the limit',
      'Refused while it inflates',
    ],
    [
      codec,
      'every change of one letter',
      'Each letter after the version replaced in turn',
      'Each link is refused',
    ],
    [
      'src/playground/link/codec.fuzz.ts',
      'any JSON with a right checksum',
      'Random JSON in a link that is otherwise sound',
      'Refused, never by an exception',
    ],
    [
      firefox,
      'links that are damaged say so, and nothing runs',
      'A link cut short, in Firefox',
      'A message says so; no frame is made',
    ],
    [
      'src/playground/link/tampered.fuzz.ts',
      'any payload in a link that is otherwise sound',
      'Random payloads under a right checksum; ten thousand of them by npm run fuzz',
      'Refused with a reason, or written again letter for letter',
    ],
    [
      'src/playground/link/tampered.fuzz.ts',
      'a sound link with something changed',
      'Links cut, doubled, turned round or with other letters in them, ten thousand by npm run fuzz',
      'Refused with a reason',
    ],
  ],
  10: [
    [
      use,
      'puts its program in the playground, says so, and runs nothing until Run is pressed',
      'Opening a link with a program',
      'The program is shown as one from a link; no frame is made before Run',
    ],
    [
      use,
      'leaves the page’s own version one click away, and the reader’s own edits too',
      'A link over edits of one’s own',
      'Edits, the page’s version and the link’s can each be brought back',
    ],
    [
      use,
      'is there again after Back and Forward, and runs no more than before',
      'Back and Forward between two links and another page',
      'The right text each time; nothing runs',
    ],
    [
      use,
      'to a program without an end does no harm when the page is opened again',
      'Reloading the page while an endless program runs',
      'The text is back, not its run; the page works',
    ],
    [
      use,
      'is made by Share, which alone changes the address',
      'Typing, running, sharing, reloading',
      'Only Share changes the address; the link has fewer than 2000 characters',
    ],
    [
      use,
      'leads to its program, however far down the page that stands',
      'Opening a link to a program at the end of a long page',
      'The program is in view',
    ],
    [
      use,
      'is shown to be copied by hand where the clipboard is out of reach',
      'Share without a clipboard',
      'The link stands in a field',
    ],
  ],
  11: [
    [
      use,
      'Run pressed twice runs once; Run while stopping runs after',
      'Run twice at once; Run, then Stop at once',
      'One run, one frame; the next run works',
    ],
    [
      use,
      'a hundred runs leave no frame, no worker and no listener',
      'A hundred runs in a row',
      'None of them is left; the compiler’s worker stays',
    ],
    [use, 'leaving the page ends the run', 'Another page, while a loop runs', 'Frame and worker are gone'],
    [
      use,
      'a run goes on in a tab that is not looked at',
      'Another tab in front during a run',
      'The run ends well',
    ],
  ],
  12: [
    [
      use,
      'is told with its line, and marked there',
      'Errors of syntax, import, call and promise',
      'The message names the line as the editor counts, and the line is marked',
    ],
    [
      use,
      'is none where nothing is shown, but there is a word on what would',
      'A program that computes and shows nothing',
      'The run ends as any other, and a line says what would show something',
    ],
    [
      use,
      'is one press from its line, and its mark goes with the text',
      'Going to the line, and editing it',
      'The cursor is there; the mark goes with the edit',
    ],
    [
      firefox,
      'errors carry the line of the program',
      'An error in a function, in Firefox',
      'The line that failed, and the one that called it',
    ],
  ],
  13: [
    [
      use,
      'in, type, out, run, and no trap',
      'Tab in, typing, Esc and Tab out, Ctrl+Enter',
      'Tab indents only after something was typed; Esc frees it',
    ],
    [use, 'stopping leaves the focus where it is', 'Run and Stop by keyboard', 'The focus stays on Stop'],
    [
      use,
      'keys that mean something elsewhere are letters in the editor',
      'Keys that are shortcuts on other parts of the site, such as / for search',
      'They are typed',
    ],
    [
      'e2e/playground.e2e.ts',
      'is announced once',
      'What a screen reader is told of a result',
      'One announcement',
    ],
  ],
  14: [
    [
      safety,
      'a page with a run in it violates none',
      'A page with its policy, during a run',
      'The browser reports no violation',
    ],
    [
      'src/playground/sandbox/frame.test.ts',
      'no source names the token that would give the frame the origin of the site',
      'A search through every source of the site',
      'Nothing in it could give the frame the site’s origin',
    ],
  ],
  15: [
    [
      'e2e/playground.e2e.ts',
      'shows the same in Node and here, byte for byte: %s',
      'Three programs with random numbers, an experiment, and text that depends on a locale',
      'The same messages in Node and in the browser',
    ],
    [
      'e2e/experiments.e2e.ts',
      'a link gives the same rows, byte for byte, here and in the browser',
      'A link to every experiment with other values than its defaults',
      'The same rows',
    ],
    [
      firefox,
      'the program of the page shows what Node showed when it was built, and breaks no policy',
      'The first program of a page, in Firefox',
      'What Node showed; no frame is left, no policy broken',
    ],
  ],
};

/** What is tried, by the number of its group; the groups of the two files of browser tests carry the same numbers. */
export const attempts: Readonly<Record<number, readonly Attempt[]>> = Object.fromEntries(
  Object.entries(rows).map(([group, of]) => [
    group,
    of.map(([file, test, tried, happens]) => ({ file, test, tried, happens })),
  ]),
);

import type { Kept, Witness } from '../../src/components/Shows/shown.ts';

const test = (file: string, ...titles: string[]): Witness[] =>
  titles.map(title => ({ kind: 'test', file, title }));
const page = (to: string, what: string): Witness => ({ kind: 'page', to, what });
const command = (run: string, what: string): Witness => ({ kind: 'command', run, what });

const use = 'e2e/playgroundUse.e2e.ts';
const safety = 'e2e/playgroundSafety.e2e.ts';
const types = 'e2e/playgroundTypes.e2e.ts';
const lab = 'e2e/playgroundLab.e2e.ts';
const built = 'e2e/built.e2e.ts';

const playground: readonly Kept[] = [
  {
    promise: 'Names, types, docstrings and objections come from TypeScript, in a worker.',
    by: [
      ...test(types, 'are checked when the reader asks, and listed with lines to go to'),
      ...test(types, 'names are listed and taken, with their import'),
      ...test(types, 'F2 shows and speaks the docstring, Esc closes it, F8 goes to a problem'),
    ],
  },
  {
    promise: 'The checker is fetched when a reader asks for it or stays in the editor, and not before.',
    by: [
      ...test(types, 'is not fetched before that, neither by the page nor by Run'),
      ...test(types, 'comes by itself to who stays in the editor'),
    ],
  },
  {
    promise: 'Checking types never holds up Run.',
    by: test(types, 'follows what is typed, and does not hold up Run'),
  },
  {
    promise: 'It knows the model’s declarations and docstrings, and nothing that a run has not.',
    by: [
      ...test('plugins/modelBundle/modelBundle.test.ts', 'carry the docstrings'),
      ...test(
        'src/playground/types/service.test.ts',
        'its names are those that a run leaves, and the console',
        '…, which the site offers, uses nothing that a run has not',
      ),
      ...test('plugins/typedCode/remark.test.ts', 'a block that uses what a run has not fails the build: …'),
    ],
  },
  {
    promise: 'What cannot be compiled is refused with its line and the reason.',
    by: test(
      'src/playground/compile/compile.test.ts',
      'what the transform would do wrong is refused, with line and reason',
    ),
  },
  {
    promise: 'What you write is there again after you leave or reload.',
    by: test(use, 'survive navigation and reload, and run nothing by themselves'),
  },
  {
    promise: 'The lab is a page for writing, with examples to start from.',
    by: [
      ...test(lab, 'runs every example', 'takes a program from any page'),
      ...test(lab, 'keeps what was written, example by example, when the reader leaves and comes back'),
    ],
  },
  {
    promise: 'Two programs run side by side, and what differs is marked.',
    by: test(lab, 'run with one press; what differs is marked on both sides, and said'),
  },
  {
    promise:
      'Tables, plots, maps, timelines and text are drawn; what cannot be is named, with what would be right.',
    by: [
      ...test('e2e/playground.e2e.ts', 'tables, plots, memory maps, timelines and text are drawn'),
      ...test('src/playground/protocol/protocol.test.ts', 'of what is no message it is said why'),
    ],
  },
  {
    promise: 'A long run says how far it is, and Stop ends it.',
    by: test(lab, 'says how far a long run is, and stops it'),
  },
  {
    promise: 'Somebody new gets from the front page to an experiment of one’s own that another can open.',
    by: test(
      lab,
      'from the front page to an experiment of one’s own, sent on and opened by somebody else: …',
    ),
  },
];

const sharing: readonly Kept[] = [
  {
    promise: 'A link is under 2,000 characters at ordinary size.',
    by: [
      ...test(
        'src/components/Experiment/links.test.ts',
        'the link of every experiment is short and restores exactly',
        'so is that of a counterexample of every race',
      ),
      ...test(
        'docs/guides/sharing.test.ts',
        'a program of 2,500 characters fits in 2,000; those of this site show it',
      ),
      ...test(lab, 'of ordinary size make a link that can be pasted anywhere'),
    ],
  },
  {
    promise: 'A link restores what it was made of.',
    by: [
      ...test('src/playground/link/codec.test.ts', 'what goes in comes out'),
      ...test(
        'e2e/experiments.e2e.ts',
        'gives a link that restores its values and its run, and nothing when it does not fit',
      ),
      ...test('e2e/races.e2e.ts', 'a counterexample is found, stepped through, forked and linked to'),
    ],
  },
  {
    promise: 'A link runs nothing by itself.',
    by: [
      ...test(use, 'puts its program in the playground, says so, and runs nothing until Run is pressed'),
      ...test(
        'e2e/compareSweep.e2e.ts',
        'over two parameters gives a map and the bytes of lab sweep, and its link runs nothing',
      ),
    ],
  },
  {
    promise: 'A link that is damaged, hostile or of another version is told so, and the page works.',
    by: [
      ...test(
        safety,
        'a clear message, the page’s own version, no run, and the next page works',
        'one that is meant for another page says so',
        'one from another version of the model says so',
      ),
      ...test('e2e/races.e2e.ts', 'a link with … says so, and the panel works'),
    ],
  },
  {
    promise: 'Rows are saved as CSV and JSON, figures as SVG and PNG.',
    by: test('e2e/save.e2e.ts', 'the rows as JSON and CSV, of the values that are set; figure and citation'),
  },
  {
    promise: 'A trace keeps the rules of the trace-event format, and goes to Perfetto only if you say so.',
    by: [
      ...test('src/views/traceEvents.test.ts', 'any lanes keep the rules, and nothing of them is lost'),
      ...test(
        'e2e/trace.e2e.ts',
        'is saved as a trace, and goes to Perfetto only when that is pressed',
        'so is a schedule of a race',
      ),
    ],
    not: 'that Perfetto itself draws such a file: the tests stand in for it.',
  },
  {
    promise: 'Pages, experiments, races and programs have a line to be cited by.',
    by: [
      ...test(built, '/… has a line to cite it by, with its title and its address'),
      ...test('docs/guides/sharing.test.ts', 'the line that Citation gives', 'what a program’s holds'),
      ...test('e2e/embed.e2e.ts', 'of a race: protocol, schedule and step'),
    ],
  },
  {
    promise: 'Experiments, races and programs stand in other people’s pages.',
    by: test(
      'e2e/embed.e2e.ts',
      'an experiment stands with its values, runs when asked, and has the height it needs',
      'a race and a program stand there too',
      'two programs stand beside each other in a frame, as their snippet says',
    ),
  },
];

const comparing: readonly Kept[] = [
  {
    promise: 'Two settings stand side by side with one seed and one cursor, and what differs is marked.',
    by: [
      ...test(
        'e2e/compareSweep.e2e.ts',
        'runs two settings, has one cursor, marks what differs, and is in the link',
      ),
      ...test('src/views/comparison.test.ts', 'have one axis, and a cursor that says what each does there'),
      ...test(
        'e2e/races.e2e.ts',
        'two protocols take one schedule with one cursor, by keyboard, and so does the link',
      ),
    ],
  },
  {
    promise:
      'A sweep runs in several workers, says how far it is and how long it will take, and can be cancelled.',
    by: [
      ...test('e2e/compareSweep.e2e.ts', 'is cancelled, keeps what is done, and goes on with the rest'),
      ...test(
        'src/components/Experiment/pool.test.ts',
        'gives each worker the next job, and ends when all are done',
      ),
      ...test(
        'src/components/Experiment/sweepProgress.test.ts',
        'the time left is that of the points that have run, for those that have not',
      ),
    ],
  },
  {
    promise: 'A large sweep is cut into shards that any batch system runs, and merged to the same bytes.',
    by: [
      ...test('src/cli/sweep.test.ts', 'shards merge to what one sweep writes, byte for byte: …'),
      ...test(
        'docs/guides/sweeps.test.ts',
        'shards merge into what the whole sweep gives, and a missing one is told',
        'the array leaves shards that merge',
        'the races of the matrix hold',
      ),
    ],
    not: 'a run under Slurm or in somebody’s CI: the tests run the commands that stand there, one after the other.',
  },
  {
    promise: 'A sweep that was interrupted goes on and loses no finished row.',
    by: test('src/cli/sweep.test.ts', 'an interrupted sweep keeps every finished row and does the rest'),
  },
];

const finding: readonly Kept[] = [
  {
    promise: 'Search knows the kernel’s words: the right page is among the first three.',
    by: test('e2e/search.e2e.ts', 'what readers type leads to the right page'),
  },
  {
    promise: 'A term of the glossary is explained under the pointer and on focus.',
    by: test('e2e/term.e2e.ts', 'is explained while it is pointed at or has the focus, and Esc ends that'),
  },
  {
    promise: 'The API reference is written from the docstrings.',
    by: [
      page('/api/', 'the reference, written anew with each build'),
      ...test(built, '/… was rendered: a heading, a title, a description, no error in its place'),
    ],
  },
  {
    promise: 'Code in the text shows types, and a page whose code does not fit is not built.',
    by: [
      ...test(
        'e2e/typedCode.e2e.ts',
        'a program in the text shows the types of its names, under the pointer and by the arrow keys',
      ),
      ...test(
        'plugins/typedCode/remark.test.ts',
        'a block that does not fit the model fails the build, with its page and line',
      ),
    ],
  },
  {
    promise: 'Next and Previous follow one way through all pages.',
    by: test(built, 'Next leads through every page in the order of the sidebar, and Previous back'),
  },
  {
    promise: 'There are a sitemap, a text for machines, and a card for each page, drawn from its figure.',
    by: [
      ...test(built, 'the sitemap names every page for readers, and no other'),
      ...test(
        'plugins/llms/llms.test.ts',
        'the short text links each page with its first sentence, the full one has every section',
      ),
      ...test(built, '/… names a card: a PNG of the size it says, with something on it'),
      ...test('plugins/cards/cards.test.ts', 'shows the page’s figure in the colours of the page'),
    ],
  },
];

const speed: readonly Kept[] = [
  {
    promise: 'A debate’s page loads at most 190 kB of JavaScript before you touch it.',
    by: test('e2e/budget.e2e.ts', 'loads at most … kB of JavaScript before the first interaction'),
  },
  {
    promise: 'Nothing moves while a page loads.',
    by: test(
      'e2e/pages.e2e.ts',
      'nothing moves while it loads; axe objects to nothing in light, dark and at phone width',
      'nothing moves while it loads on a phone',
    ),
  },
  {
    promise: 'Lighthouse gives full marks for accessibility, best practice and search engines.',
    by: test('e2e/lighthouse.e2e.ts', 'Lighthouse gives /… full marks in all that does not depend on time'),
  },
  {
    promise: 'Pages and runs are quick.',
    by: [command('npm run audit', 'Lighthouse’s performance and the time from a click to the first output')],
    not: 'it in the tests: times depend on the machine, so a command measures them, as medians of five visits.',
  },
  {
    promise: 'What a page says in figures about its own results is generated.',
    by: [
      ...test('e2e/experiments.e2e.ts', 'every quoted result'),
      ...test('docs/figures.test.ts', 'are looked for on every page'),
    ],
  },
];

const offline: readonly Kept[] = [
  {
    promise: 'After one visit the whole site works without a network, programs and links included.',
    by: test('e2e/offline.e2e.ts', 'every page is there, experiments and programs run, links restore'),
  },
  {
    promise: 'A new build takes the place of the old one whole.',
    by: test('e2e/offline.e2e.ts', 'takes the place of the old one, whole, without a mix'),
  },
  {
    promise: 'The type checker is kept once it has been used, and where it is missing that is said.',
    by: [
      ...test('src/offline/cache.test.ts', 'what is too large for everybody is found once it was used'),
      ...test(types, 'that cannot be fetched says so, and programs run without it'),
    ],
  },
];

const accessible: readonly Kept[] = [
  {
    promise: 'axe objects to nothing on any page, in light, in dark and on a phone.',
    by: [
      ...test(
        'e2e/pages.e2e.ts',
        'nothing moves while it loads; axe objects to nothing in light, dark and at phone width',
      ),
      ...test(use, '…: axe objects to no state of it, and nothing scrolls sideways'),
    ],
    not: 'what a tool cannot see: no person who uses a screen reader every day has tried it.',
  },
  {
    promise: 'Everything works from the keyboard.',
    by: [
      ...test('e2e/experiments.e2e.ts', 'works from the keyboard'),
      ...test('e2e/races.e2e.ts', 'all of it works from the keyboard'),
      ...test(use, 'in, type, out, run, and no trap', 'stopping leaves the focus where it is'),
      ...test(
        'e2e/everybody.e2e.ts',
        'stays on what was pressed, goes into what was opened and back from what was closed',
      ),
    ],
  },
  {
    promise: 'Every figure has its numbers as a table, and they are the numbers that are drawn.',
    by: [
      ...test(built, '/…: figures draw what their tables say'),
      ...test('src/views/readBack.test.ts', 'is found out where one number of its table is another'),
    ],
  },
  {
    promise: 'Who asks for less motion gets none.',
    by: test('e2e/everybody.e2e.ts', 'who asks for less motion gets none'),
  },
  {
    promise: 'Where the system chooses the colours, things can still be told apart.',
    by: test(
      'e2e/everybody.e2e.ts',
      'where the system chooses the colours, what is chosen and what is off still show',
      'the step that a race is at, and what it has changed, show there too',
    ),
  },
  {
    promise: 'A result is announced once.',
    by: test('e2e/everybody.e2e.ts', 'of a run', 'of a search, however long it counts', 'of a program'),
  },
  {
    promise: 'A question mark lists the keys, and single keys can be turned off.',
    by: [
      ...test('e2e/keys.e2e.ts', 'a question mark shows the keys, and none that is typed does'),
      ...test(
        'e2e/everybody.e2e.ts',
        'single keys can be turned off, and keys are listed at the foot of every page',
      ),
    ],
  },
];

const safe: readonly Kept[] = [
  {
    promise: 'A stranger’s program reaches neither the page nor the network, and cannot hang the tab.',
    by: [
      page('/guides/safety/', 'what we tried to break, attempt by attempt'),
      ...test(safety, 'finds every way out barred, and nothing arrives'),
    ],
  },
  {
    promise: 'The main attempts are made in Firefox, too.',
    by: test('e2e/playgroundFirefox.e2e.ts', 'without the runner, too, every way out of the frame is barred'),
    not: 'them on a machine without Firefox, where these tests are left out and say so, or in Safari anywhere.',
  },
  {
    promise: 'No version with a known flaw that is serious comes back.',
    by: test(
      'scripts/advisories.test.ts',
      '… of … concerns no version that is installed',
      'overrides are what an installation has',
    ),
    not: 'advisories of tomorrow: the list is of the day that stands in it, and CI asks for newer ones.',
  },
  {
    promise: 'What ships is listed with its licences.',
    by: test(built, 'the list of licences names what the bundles hold, under terms that let them be sent on'),
  },
  {
    promise: 'Each page carries a policy that names its inline scripts and allows no other site.',
    by: test(built, '/… carries a policy that names each of its inline scripts'),
  },
];

const published: readonly Kept[] = [
  {
    promise: 'A server sends the policies, keeps by hash, and lets nobody else frame it.',
    by: [
      ...test('scripts/lib/served.test.ts', 'a server that does not care breaks: …'),
      ...test('e2e/nginx.e2e.ts', 'nginx with the … build'),
      ...test(
        'scripts/container.test.ts',
        'the server listens where the container says, and reads what was copied there',
      ),
    ],
    not: 'it of nginx on a machine without one, where those tests are left out, or of a container that was started.',
  },
  {
    promise: 'Continuous integration and GitHub Pages call what the project has.',
    by: test('scripts/workflows.test.ts', 'calls what the project has, with a Node that the project takes'),
    not: 'that they have run: the project has had no host.',
  },
  {
    promise: 'It works at the root of a host and below a path.',
    by: test('e2e/pages.e2e.ts', 'under a sub-path it hydrates and keeps to its origin'),
  },
  {
    promise: 'Long work on the command line tells a terminal how far it is, and is silent elsewhere.',
    by: test(
      'src/cli/main.test.ts',
      'says nothing on stderr where that is no terminal',
      'says how far it is where stderr is one, and clears the line in the end',
    ),
  },
];

const sturdy: readonly Kept[] = [
  {
    promise: 'Made-up links, messages, recordings and command lines break nothing.',
    by: [
      ...test('src/playground/link/tampered.fuzz.ts', 'any payload in a link that is otherwise sound'),
      ...test(
        'src/playground/protocol/messages.fuzz.ts',
        'any message of nearly the right form; and what is taken can be drawn, as text',
      ),
      ...test(
        'src/model/conformance/recording.fuzz.ts',
        'the reader of recordings',
        'the replay of a damaged recording',
      ),
      ...test('src/cli/lab.fuzz.ts', 'a command line'),
      command('npm run fuzz', 'the same with ten thousand cases a property'),
    ],
  },
  {
    promise: 'A hundred runs in a row leave no frame, worker or listener.',
    by: test(use, 'a hundred runs leave no frame, no worker and no listener'),
  },
  {
    promise: 'Once installed, it builds without a network.',
    by: [
      command('npm test', 'builds the site in a name space that has none, where the system lets it'),
      ...test(
        'scripts/lib/without-network.test.ts',
        'a program without a network has its arguments, and the loopback at most',
      ),
    ],
  },
];

const model: readonly Kept[] = [
  {
    promise: 'It answers as a kernel answered, as far as recordings reach.',
    by: [page('/model/conformance/', 'what was recorded, and how the model answers')],
  },
  {
    promise: 'Costs have a source, what was fitted is told from what is predicted, and errors are shown.',
    by: [page('/model/calibration/', 'the cost table, and published figures against the model')],
  },
  {
    promise: 'A link gives the same rows in Node and in the browser, byte for byte.',
    by: [
      ...test('e2e/experiments.e2e.ts', 'a link gives the same rows, byte for byte, here and in the browser'),
      ...test('e2e/playground.e2e.ts', 'shows the same in Node and here, byte for byte: …'),
    ],
  },
  {
    promise: 'What a page says of a race is what a search of its schedules finds.',
    by: test('e2e/races.e2e.ts', '…: what the page says without JavaScript is what a search finds'),
  },
  {
    promise: 'A statement that a protocol’s safety hangs on cannot go unnoticed.',
    by: test('scripts/mutations/mutations.test.ts', 'taking out a statement with a safety tag'),
  },
];

/** What is promised, by subject, with what shows it. */
export const promises = {
  playground,
  sharing,
  comparing,
  finding,
  speed,
  offline,
  accessible,
  safe,
  published,
  sturdy,
  model,
} as const;

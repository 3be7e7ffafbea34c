/** Drives a Firefox that is installed on this machine, by WebDriver BiDi: pages, scripts in them, and no more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Connection, connect } from './webSocket.ts';

/** Path of a Firefox: `FIREFOX`, or the first one in `PATH`. Undefined where there is none. */
export function findFirefox(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = [
    ...(process.env.FIREFOX ? [process.env.FIREFOX] : []),
    ...['firefox', 'firefox-esr'].flatMap(name => folders.map(folder => join(folder, name))),
  ];
  return paths.find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A page in Firefox. */
export interface FirefoxPage {
  goto(url: string): Promise<void>;
  /** The value of an expression in the page, awaited; it passes through JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
}

/** A running Firefox. */
export interface Firefox {
  /** A page with storage of its own. `before` runs ahead of every script of what it opens. */
  open(before?: string): Promise<FirefoxPage>;
  close(): Promise<void>;
}

type Answer = { id?: number; type: string; result?: unknown; message?: string };

/** How long in ms something that should come about is waited for: only ends what hangs. */
const PATIENCE_MS = 120_000;

/** Starts Firefox without a window, with a profile of its own. */
export async function startFirefox(path: string): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'faultlines-firefox-'));
  // No start page, no updates, nothing that asks the network by itself.
  writeFileSync(
    join(profile, 'user.js'),
    [
      "user_pref('browser.startup.page', 0);",
      "user_pref('app.update.disabledForTesting', true);",
      "user_pref('datareporting.policy.dataSubmissionEnabled', false);",
      "user_pref('toolkit.telemetry.enabled', false);",
      "user_pref('network.captive-portal-service.enabled', false);",
      "user_pref('network.connectivity-service.enabled', false);",
      "user_pref('services.settings.server', 'data:,');",
    ].join('\n'),
  );
  const child = spawn(path, ['--headless', '--remote-debugging-port=0', '--profile', profile, 'about:blank']);
  const url = await addressOf(child);
  const waiting = new Map<number, (answer: Answer) => void>();
  const connection = await connect(`${url}/session`, text => {
    const answer: Answer = JSON.parse(text);
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const command = commander(connection, waiting);
  await command('session.new', { capabilities: {} });
  return {
    async open(before) {
      const { userContext } = await command<{ userContext: string }>('browser.createUserContext', {});
      const { context } = await command<{ context: string }>('browsingContext.create', {
        type: 'tab',
        userContext,
      });
      if (before !== undefined) {
        await command('script.addPreloadScript', {
          functionDeclaration: `() => { ${before} }`,
          contexts: [context],
        });
      }
      return pageOf(context, command);
    },
    async close() {
      await command('browser.close', {}).catch(() => undefined);
      connection.close();
      if (child.exitCode === null) await new Promise(resolve => child.once('exit', resolve));
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', data => {
      said += data;
      const [, url] = /WebDriver BiDi listening on (ws:\/\/[^\s]+)/.exec(said) ?? [];
      if (url) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`Firefox ended with ${code}: ${said}`)));
  });
}

type Command = <T>(method: string, params: object) => Promise<T>;

function commander(connection: Connection, waiting: Map<number, (answer: Answer) => void>): Command {
  let last = 0;
  return <T>(method: string, params: object) =>
    new Promise<T>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, answer => {
        waiting.delete(id);
        if (answer.type === 'success') resolve(answer.result as T);
        else reject(new Error(`${method}: ${answer.message}`));
      });
      connection.send(JSON.stringify({ id, method, params }));
    });
}

function pageOf(context: string, command: Command): FirefoxPage {
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { type, result, exceptionDetails } = await command<{
      type: string;
      result?: { value?: string };
      exceptionDetails?: { text: string };
    }>('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`,
      target: { context },
      awaitPromise: true,
    });
    if (type !== 'success') throw new Error(exceptionDetails?.text ?? 'the page threw');
    return JSON.parse(result?.value ?? 'null');
  };
  return {
    async goto(url) {
      await command('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    evaluate,
    async until(expression) {
      const end = Date.now() + PATIENCE_MS;
      while (!(await evaluate<boolean>(`Boolean(${expression})`))) {
        if (Date.now() > end) throw new Error(`it never came about: ${expression}`);
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    },
  };
}

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Opener, openInPerfetto, PERFETTO } from './perfetto.ts';

/** A page and the window it opens, with what was posted there. */
function setUp(opens = true) {
  const posted: [unknown, string][] = [];
  const other = {
    closed: false,
    postMessage: (data: unknown, target: string) => posted.push([data, target]),
  };
  const listeners = new Set<(event: unknown) => void>();
  const page = {
    open: vi.fn(() => (opens ? other : null)),
    addEventListener: (_type: string, listener: (event: unknown) => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: (event: unknown) => void) => listeners.delete(listener),
    setInterval: (run: () => void, every: number) => setInterval(run, every),
    clearInterval: (timer: ReturnType<typeof setInterval>) => clearInterval(timer),
  } as unknown as Opener;
  const hears = (event: object) => {
    for (const listener of [...listeners])
      listener({ source: other, origin: PERFETTO, data: 'PONG', ...event });
  };
  return { page, other, posted, hears, listeners };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a trace goes to Perfetto', () => {
  test('once it has answered, and to it alone', async () => {
    const { page, posted, hears, listeners } = setUp();
    const sent = openInPerfetto(page, '{"a":1}', 'A fault');
    vi.advanceTimersByTime(200);
    expect(posted).toEqual(Array.from({ length: 4 }, () => ['PING', PERFETTO]));
    hears({ origin: 'https://example.org' });
    hears({ source: {} });
    hears({ data: 'HELLO' });
    expect(posted).toHaveLength(4);
    hears({});
    await sent;
    const [message, target] = posted[4] as [{ perfetto: { buffer: ArrayBuffer; title: string } }, string];
    expect(target).toBe(PERFETTO);
    expect(message.perfetto.title).toBe('A fault');
    expect(new TextDecoder().decode(message.perfetto.buffer)).toBe('{"a":1}');
    expect(listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['did not let this page open', false, () => {}],
    ['was closed', true, ({ other }: ReturnType<typeof setUp>) => Object.assign(other, { closed: true })],
    ['did not answer', true, () => {}],
  ])('or says why not: %s', async (says, opens, after) => {
    const set = setUp(opens);
    const sent = openInPerfetto(set.page, '{}', 'A fault');
    const failed = expect(sent).rejects.toThrow(says);
    after(set);
    await vi.advanceTimersByTimeAsync(31_000);
    await failed;
    expect(set.listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

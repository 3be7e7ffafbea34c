import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { lab } from './lab.ts';

const recordings = fileURLToPath(new URL('../model/conformance/recordings/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function call(...files: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const output = { out: (text: string) => out.push(text), error: (text: string) => error.push(text) };
  const code = await lab(['conformance', ...files], output);
  return { code, out: out.join('\n').split('\n'), error };
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(scratch, name);
  writeFileSync(file, content);
  return file;
}

const meta = {
  format: 'kvm-mem-oracle/1',
  kernel: '6.18',
  backend: 'kvm_pvm (shadow paging)',
  caps: { NR_MEMSLOTS: 32764 },
};
const create = { op: 'vm.create', vm: 'vm0', result: { ok: true } };

function recording(...cases: { name: string; family: string; ops: unknown[] }[]): string {
  return JSON.stringify({ meta, cases });
}

describe('lab conformance', () => {
  it('prints a line a family, and the totals last', async () => {
    const files = readdirSync(recordings).filter(name => /^open-.*gz$/.test(name));
    const { code, out, error } = await call(...files.map(name => join(recordings, name)));
    expect({ code, error }).toEqual({ code: 0, error: [] });
    expect(out).toHaveLength(6);
    expect(out).toContain('F: cases 71, ops 884, mismatches 0');
    expect(out.at(-1)).toBe('cases 335, ops 3060, mismatches 0');
  });

  it('takes a path relative to where it was called', async () => {
    const file = join(recordings, 'open-memslots.json.gz');
    const { out } = await call(relative(process.cwd(), file));
    expect(out.at(-1)).toBe('cases 90, ops 525, mismatches 0');
  });

  it('ends with exit code 1 where an answer differs, and shows expected, got and the case so far', async () => {
    const wrong = { op: 'vm.checkExtension', vm: 'vm0', cap: 10, result: { ok: true, value: 7 } };
    const text = recording({
      name: 'first',
      family: 'A',
      ops: [create, wrong, { op: 'nosuch', result: {} }],
    });
    const { code, out } = await call(write('wrong.json', text));
    expect(code).toBe(1);
    expect(out).toEqual([
      expect.stringMatching(/^mismatch in .*wrong\.json, case first, op 1$/),
      '  0 {"op":"vm.create","vm":"vm0"} -> {"ok":true}',
      '  1 {"op":"vm.checkExtension","vm":"vm0","cap":10}',
      '  expected {"ok":true,"value":7}',
      '  got      {"ok":true,"value":32764}',
      'A: cases 1, ops 3, mismatches 2',
      'cases 1, ops 3, mismatches 2',
    ]);
  });

  it('counts the operations within another one with it', async () => {
    const inner = { op: 'host.forkRun', ops: [create, create], result: { ok: true, value: [] } };
    const { out } = await call(write('nested.json', recording({ name: 'a', family: 'A', ops: [inner] })));
    expect(out.at(-1)).toBe('cases 1, ops 1, mismatches 1');
  });

  it.each([
    [
      'with CRLF line ends',
      (text: string) => JSON.stringify(JSON.parse(text), null, 2).replaceAll('\n', '\r\n'),
    ],
    ['behind a byte order mark', (text: string) => `\ufeff${text}`],
    ['packed, whatever its name', (text: string) => gzipSync(text)],
  ])('reads a recording %s', async (_, change) => {
    const text = recording({ name: 'a', family: 'A', ops: [create] });
    const { code, out } = await call(write('changed.json', change(text)));
    expect({ code, out: out.at(-1) }).toEqual({ code: 0, out: 'cases 1, ops 1, mismatches 0' });
  });

  it('replays cases of one name each, and families of any name', async () => {
    const cases = ['A', 'nobody knows it', 'A\n'].map(family => ({ name: 'same', family, ops: [create] }));
    const { code, out } = await call(write('families.json', recording(...cases)));
    const one = 'cases 1, ops 1, mismatches 0';
    expect({ code, out }).toEqual({
      code: 0,
      out: [`A: ${one}`, `nobody knows it: ${one}`, `A : ${one}`, 'cases 3, ops 3, mismatches 0'],
    });
  });

  it.each([
    ['an operation', { op: 'vm.destroy', vm: 'vm0', result: { ok: true } }],
    ['a field of a result', { ...create, result: { ok: true, time: 1 } }],
    ['an exit', { ...create, result: { exit: { reason: 'NEVER' } } }],
    ['a mode of vCPUs', { op: 'vcpu.create', vm: 'vm0', vcpu: 'cpu0', mode: 'slow', result: { ok: true } }],
    ['a size of accesses', { op: 'vcpu.read', vcpu: 'cpu0', gpa: 0, size: 3, result: { errno: 'EBADF' } }],
    ['bytes', { op: 'fd.write', fd: 'mf0', data: 'xy', result: { errno: 'EBADF' } }],
    ['a number', { op: 'vm.checkExtension', vm: 'vm0', cap: 'ten', result: { ok: true, value: 1 } }],
  ])('counts %s that nobody knows as a mismatch', async (_, op) => {
    const { code, out } = await call(write('unknown.json', recording({ name: 'a', family: 'A', ops: [op] })));
    expect({ code, out: out.at(-1) }).toEqual({ code: 1, out: 'cases 1, ops 1, mismatches 1' });
  });

  it.each([
    ['', 'name recordings'],
    [join(scratch, 'nosuch.json'), 'cannot read'],
    [scratch, 'is a folder; name the recordings in it'],
    [write('empty.json', ''), 'is empty'],
    [write('blank.json.gz', '\r\n'), 'is empty'],
    [write('half.gz', gzipSync(recording()).subarray(0, 30)), 'cannot read'],
    [write('cut.json', recording().slice(0, -3)), 'is not JSON'],
    [write('meta.json', '{"cases": []}'), 'meta.format must be'],
    [
      write('backend.json', JSON.stringify({ meta: { ...meta, backend: undefined }, cases: [] })),
      'meta.backend must name',
    ],
    [write('bad.json', '{"meta": '), 'is not JSON'],
    [write('list.json', '[]'), 'is not a recording: a recording is a JSON object'],
    [write('timing.json', JSON.stringify({ meta })), 'is not a recording: cases must be a list'],
    [
      write('kernel.json', JSON.stringify({ meta: { ...meta, kernel: 'x' }, cases: [] })),
      'meta.kernel must be',
    ],
    [
      write('op.json', recording({ name: 'a', family: 'A', ops: [{}] })),
      'is not a recording: a, op 0 must have a name',
    ],
  ])('refuses %j with one line on stderr and exit code 2', async (file, message) => {
    const good = join(recordings, 'open-memslots.json.gz');
    const { code, out, error } = await call(...(file === '' ? [] : [good, file]));
    expect(code).toBe(2);
    expect(out).toEqual(['']);
    expect(error).toHaveLength(1);
    expect(error[0]).toContain(message);
    expect(error[0]).not.toContain('\n');
  });
});

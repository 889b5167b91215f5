import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { type Tree, TreeBuilder } from '../../generators/tree.ts';
import { WriteRefusal } from '../../generators/write/refusal.ts';
import { swap } from '../../generators/write/swap.ts';
import { openWorkspace } from '../../generators/write/workspace.ts';
import { commit, prepare, type WriteResult } from '../../generators/write/write.ts';

const test = suite<{ out: string }>('write');

test.before.each((context) => {
  context.out = join(mkdtempSync(join(tmpdir(), 'tandem-write-')), 'gitops');
});
test.after.each((context) => rmSync(join(context.out, '..'), { recursive: true, force: true }));

function tree(files: Record<string, string>): Tree {
  const builder = new TreeBuilder();
  for (const [path, content] of Object.entries(files)) builder.add('test', `production/${path}`, content);
  return builder.build();
}

function request(files: Record<string, string>) {
  return {
    environment: 'production',
    tree: tree(files),
    clouds: CLOUDS,
    source: 'source',
    tool: '1.0.0',
    allowForeign: false,
    reuseKey: undefined,
  };
}

function write(
  out: string,
  files: Record<string, string>,
  options: { allowForeign?: boolean; clouds?: readonly Cloud[] } = {},
): WriteResult {
  const allowForeign = options.allowForeign ?? false;
  const workspace = openWorkspace(out, allowForeign);
  try {
    const prepared = prepare(workspace, { ...request(files), clouds: options.clouds ?? CLOUDS, allowForeign });
    commit(workspace, prepared);
    return prepared.result;
  } finally {
    workspace.close();
  }
}

const read = (out: string, path: string): string => readFileSync(join(out, 'production', path), 'utf8');
const refused = (run: () => unknown, words: string): void =>
  assert.throws(
    run,
    (error: unknown) => error instanceof WriteRefusal && (error.message.includes(words) || assert.unreachable(error.message)),
  );

test('a first write creates, a second changes nothing, a third removes', ({ out }) => {
  const first = write(out, { 'aws/a.yaml': '1', 'aws/b/c.yaml': '2', 'gcp/d.yaml': '3' });
  assert.equal(first.created, ['aws/a.yaml', 'aws/b/c.yaml', 'gcp/d.yaml']);
  const second = write(out, { 'aws/a.yaml': '1', 'aws/b/c.yaml': '2', 'gcp/d.yaml': '3' });
  assert.equal([second.created, second.changed, second.removed, second.unchanged], [[], [], [], 3]);
  const third = write(out, { 'aws/a.yaml': 'new', 'gcp/d.yaml': '3' });
  assert.equal([third.created, third.changed, third.removed, third.unchanged], [[], ['aws/a.yaml'], ['aws/b/c.yaml'], 1]);
  assert.is(read(out, 'aws/a.yaml'), 'new');
  assert.is(existsSync(join(out, 'production/aws/b')), false);
});

test('an unchanged file keeps its time and its inode when others change', ({ out }) => {
  write(out, { 'aws/a.yaml': '1', 'aws/b.yaml': '1' });
  const path = join(out, 'production/aws/a.yaml');
  utimesSync(path, 1000, 1000);
  const before = statSync(path);
  write(out, { 'aws/a.yaml': '1', 'aws/b.yaml': '2' });
  const after = statSync(path);
  assert.equal([after.mtimeMs, after.ino], [before.mtimeMs, before.ino]);
});

test('nothing at all is touched when nothing changed', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  const before = statSync(join(out, 'production'), { bigint: true });
  write(out, { 'aws/a.yaml': '1' });
  const after = statSync(join(out, 'production'), { bigint: true });
  assert.equal([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs]);
});

test('a file that was edited by hand is put right and named', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  writeFileSync(join(out, 'production/aws/a.yaml'), 'by hand');
  const result = write(out, { 'aws/a.yaml': '1' });
  assert.equal([result.changed, result.edited], [['aws/a.yaml'], ['aws/a.yaml']]);
  assert.is(read(out, 'aws/a.yaml'), '1');
});

test('one cloud alone leaves the other as it is', ({ out }) => {
  write(out, { 'aws/a.yaml': '1', 'gcp/b.yaml': '1' });
  const result = write(out, { 'aws/a.yaml': '2' }, { clouds: ['aws'] });
  assert.equal([result.changed, result.removed], [['aws/a.yaml'], []]);
  assert.is(read(out, 'gcp/b.yaml'), '1');
});

test('a foreign file in the environment is refused, and kept when allowed', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  mkdirSync(join(out, 'production/aws/notes'));
  writeFileSync(join(out, 'production/aws/notes/mine.txt'), 'mine');
  symlinkSync('mine.txt', join(out, 'production/aws/notes/link'));
  refused(() => write(out, { 'aws/a.yaml': '2' }), "2 files that are not tandem's");
  assert.is(read(out, 'aws/a.yaml'), '1');
  write(out, { 'aws/a.yaml': '2' }, { allowForeign: true });
  assert.equal([read(out, 'aws/a.yaml'), read(out, 'aws/notes/mine.txt'), read(out, 'aws/notes/link')], ['2', 'mine', 'mine']);
});

test('a foreign file where ours would go is never lost', ({ out }) => {
  mkdirSync(join(out, 'production/aws'), { recursive: true });
  writeFileSync(join(out, 'production/aws/a.yaml'), 'precious');
  refused(() => write(out, { 'aws/a.yaml': '1' }, { allowForeign: true }), 'where tandem would write');
  assert.is(read(out, 'aws/a.yaml'), 'precious');
});

test('a folder of somebody else is refused, an empty one and a Git checkout are not', ({ out }) => {
  mkdirSync(out);
  writeFileSync(join(out, 'thesis.tex'), '');
  refused(() => write(out, { 'aws/a.yaml': '1' }), "not tandem's (thesis.tex)");
  assert.equal(readdirSync(out), ['thesis.tex']);
  mkdirSync(join(out, '.git'));
  write(out, { 'aws/a.yaml': '1' });
  assert.is(read(out, 'aws/a.yaml'), '1');
});

for (const [name, path] of [
  ['an absolute path', '/etc/passwd'],
  ['a way out', '../../outside'],
  ['a hidden way out', 'aws/../../outside'],
  ['a backslash', 'aws\\..\\outside'],
  ['an empty part', 'aws//a.yaml'],
  ['a NUL', 'aws/a\u0000b'],
] as const)
  test(`a manifest with ${name} is refused and nothing is deleted`, ({ out }) => {
    write(out, { 'aws/a.yaml': '1' });
    writeFileSync(join(out, 'outside'), 'precious');
    const manifest = join(out, 'production/.tandem/manifest.json');
    const content = JSON.parse(readFileSync(manifest, 'utf8'));
    content.files[path] = 'a'.repeat(64);
    writeFileSync(manifest, JSON.stringify(content));
    refused(() => write(out, { 'aws/b.yaml': '1' }), 'not a plain path');
    assert.equal([read(out, 'aws/a.yaml'), readFileSync(join(out, 'outside'), 'utf8')], ['1', 'precious']);
  });

for (const [name, text] of [
  ['no JSON', '{'],
  ['another version', '{"version":2}'],
  ['no files', '{"version":1}'],
  ['null', 'null'],
  ['bad sums', '{"version":1,"files":{"a":1}}'],
] as const)
  test(`a manifest with ${name} is refused`, ({ out }) => {
    write(out, { 'aws/a.yaml': '1' });
    writeFileSync(join(out, 'production/.tandem/manifest.json'), text);
    refused(() => write(out, { 'aws/a.yaml': '2' }), 'nothing was written');
    assert.is(read(out, 'aws/a.yaml'), '1');
  });

test('a link that leads out of the folder is not followed', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  const outside = join(out, '..', 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'a.yaml'), 'precious');
  rmSync(join(out, 'production/aws'), { recursive: true });
  symlinkSync(outside, join(out, 'production/aws'));
  refused(() => write(out, { 'aws/a.yaml': '2' }), 'symbolic link');
  refused(() => write(out, { 'aws/a.yaml': '2' }, { allowForeign: true }), 'symbolic link');
  assert.is(readFileSync(join(outside, 'a.yaml'), 'utf8'), 'precious');
  rmSync(join(out, 'production'), { recursive: true });
  symlinkSync(outside, join(out, 'production'));
  refused(() => write(out, { 'aws/a.yaml': '2' }), 'symbolic link');
});

test('what a killed run left behind is cleared away', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  mkdirSync(join(out, '.tandem/next-production/aws'), { recursive: true });
  writeFileSync(join(out, '.tandem/next-production/aws/half'), '');
  write(out, { 'aws/a.yaml': '2' });
  assert.equal(
    readdirSync(join(out, '.tandem')).filter((name) => name.startsWith('next-')),
    [],
  );
});

for (const [name, exchange] of [
  ['is missing', null],
  ['is not supported by the file system', () => constants.errno.EINVAL],
] as const)
  test(`where the exchange of folders ${name}, two renames do`, ({ out }) => {
    for (const [path, content] of [
      ['current/a', 'old'],
      ['staged/a', 'new'],
    ] as const) {
      mkdirSync(join(out, path, '..'), { recursive: true });
      writeFileSync(join(out, path), content);
    }
    swap(join(out, 'staged'), join(out, 'current'), true, exchange);
    assert.is(readFileSync(join(out, 'current/a'), 'utf8'), 'new');
    assert.equal(readdirSync(out), ['current']);
  });

test('an exchange that fails for another reason leaves the old tree and says why', ({ out }) => {
  mkdirSync(join(out, 'current'), { recursive: true });
  refused(
    () => swap(join(out, 'staged'), join(out, 'current'), true, () => constants.errno.EACCES),
    'EACCES; the old tree is still in place',
  );
});

test('a crash between the two renames is mended by the next run', ({ out }) => {
  write(out, { 'aws/a.yaml': '1' });
  renameSync(join(out, 'production'), join(out, '.tandem/next-production.previous'));
  mkdirSync(join(out, '.tandem/next-production'));
  openWorkspace(out, false).close();
  assert.is(read(out, 'aws/a.yaml'), '1');
  assert.equal(
    readdirSync(join(out, '.tandem')).filter((entry) => entry.startsWith('next-')),
    [],
  );
  mkdirSync(join(out, '.tandem/next-production.previous'));
  openWorkspace(out, false).close();
  assert.is(read(out, 'aws/a.yaml'), '1', 'a crash after them keeps the new tree');
});

test('a file that somebody adds while a render is under way is not lost', ({ out }) => {
  write(out, { 'aws/a.yaml': '1', 'aws/old/b.yaml': '1' });
  const workspace = openWorkspace(out, false);
  const prepared = prepare(workspace, request({ 'aws/a.yaml': '2' }));
  writeFileSync(join(out, 'production/aws/old/mine.txt'), 'precious');
  commit(workspace, prepared);
  workspace.close();
  assert.equal([read(out, 'aws/a.yaml'), read(out, 'aws/old/mine.txt')], ['2', 'precious']);
  refused(() => write(out, { 'aws/a.yaml': '3' }), "not tandem's: aws/old/mine.txt");
});

test('two runs at once: the second is refused', ({ out }) => {
  const held = openWorkspace(out, false);
  refused(() => write(out, { 'aws/a.yaml': '1' }), 'another tandem');
  held.close();
  write(out, { 'aws/a.yaml': '1' });
});

test('the bytes do not depend on the umask', ({ out }) => {
  const before = process.umask(0o077);
  write(out, { 'aws/a.yaml': '1' });
  process.umask(before);
  assert.is(write(out, { 'aws/a.yaml': '1' }).unchanged, 1);
  chmodSync(join(out, 'production/aws/a.yaml'), 0o644);
  assert.is(write(out, { 'aws/a.yaml': '1' }).unchanged, 1);
});

test.run();

import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256, type Tree, TreeBuilder, treeDigest } from '../../generators/tree.ts';
import { WriteRefusal } from '../../generators/write/refusal.ts';
import { reuse } from '../../generators/write/reuse.ts';
import { scan } from '../../generators/write/scan.ts';
import { openWorkspace } from '../../generators/write/workspace.ts';
import { commit, prepare } from '../../generators/write/write.ts';

const test = suite('reuse');

/** What a "configuration" renders to: small, so that many histories can be tried. */
function treeOf(configuration: number): Tree {
  const builder = new TreeBuilder();
  for (let index = 0; index < 6; index++)
    builder.add('test', `production/aws/c${index % 2}/f${index}.yaml`, `value ${index <= configuration % 7 ? configuration : 0}\n`);
  if (configuration % 3 === 0) builder.add('test', 'production/gcp/extra.yaml', 'extra\n');
  return builder.build();
}

/** As a render does it: reuse when that can be shown to be right, write otherwise. */
function render(out: string, configuration: number): 'reused' | 'written' | 'refused' {
  const workspace = openWorkspace(out, false);
  try {
    const key = `key ${configuration}`;
    if (reuse(workspace, 'production', key)) return 'reused';
    commit(
      workspace,
      prepare(workspace, {
        environment: 'production',
        tree: treeOf(configuration),
        clouds: ['aws', 'gcp'],
        source: key,
        tool: '1',
        allowForeign: false,
        reuseKey: key,
      }),
    );
    return 'written';
  } catch (error) {
    if (error instanceof WriteRefusal) return 'refused';
    throw error;
  } finally {
    workspace.close();
  }
}

/** Everything in the folder, byte for byte, but for the manifest. */
function digestOfFolder(folder: string): string {
  const builder = new TreeBuilder();
  const found = scan(folder);
  for (const path of found?.files ?? [])
    if (!path.startsWith('.tandem/')) builder.add('test', `production/${path}`, readFileSync(join(folder, path), 'utf8'));
  for (const path of found?.others ?? []) builder.add('test', `production/${path}`, 'not a file');
  return treeDigest(builder.build());
}

const file = fc.nat(5).map((index) => `aws/c${index % 2}/f${index}.yaml`);
type Step = { name: string; file: string; configuration: number };
const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(
    'render',
    'render',
    'render',
    'edit',
    'edit same size',
    'edit and set back the time',
    'edit through another name',
    'delete',
    'add',
    'replace',
    'swap two',
    'link',
    'empty folder',
    'touch',
  ),
  file,
  configuration: fc.nat(1),
});

/** What somebody, or some program, may do to the folder between two renders. */
function disturb(folder: string, { name, file }: Step): void {
  const path = join(folder, file);
  if (!existsSync(path)) return;
  const before = statSync(path);
  const text = readFileSync(path, 'utf8');
  const sameSize = text.replace(/^./, (letter) => (letter === 'w' ? 'v' : 'w'));
  const actions: Record<string, () => void> = {
    edit: () => appendFileSync(path, 'x'),
    'edit same size': () => writeFileSync(path, sameSize),
    'edit and set back the time': () => {
      writeFileSync(path, sameSize);
      utimesSync(path, before.atime, before.mtime);
    },
    'edit through another name': () => {
      const other = join(folder, '..', 'other-name');
      linkSync(path, other);
      writeFileSync(other, sameSize);
      unlinkSync(other);
    },
    delete: () => unlinkSync(path),
    add: () => writeFileSync(`${path}.new`, ''),
    replace: () => {
      writeFileSync(`${folder}-replacement`, sameSize);
      utimesSync(`${folder}-replacement`, before.atime, before.mtime);
      renameSync(`${folder}-replacement`, path);
    },
    'swap two': () => {
      const other = join(folder, 'aws/c0/f0.yaml');
      if (other === path || !existsSync(other)) return;
      renameSync(path, `${folder}-aside`);
      renameSync(other, path);
      renameSync(`${folder}-aside`, other);
    },
    link: () => {
      renameSync(path, `${folder}-target`);
      symlinkSync(`${folder}-target`, path);
    },
    'empty folder': () => mkdirSync(join(dirname(path), 'empty'), { recursive: true }),
    touch: () => utimesSync(path, 5, 5),
  };
  actions[name]?.();
}

test('whatever happens between renders, a render leaves what a render into nothing leaves, or refuses', () => {
  let reused = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 14 }), (steps) => {
      const base = mkdtempSync(join(tmpdir(), 'tandem-reuse-'));
      const out = join(base, 'out');
      try {
        for (const one of [...steps, { name: 'render', file: '', configuration: steps[0]?.configuration ?? 0 }]) {
          if (one.name !== 'render') {
            disturb(join(out, 'production'), one);
            continue;
          }
          const how = render(out, one.configuration);
          if (how === 'reused') reused++;
          if (how !== 'refused')
            assert.is(
              digestOfFolder(join(out, 'production')),
              treeDigest(treeOf(one.configuration)),
              `${how} after ${JSON.stringify(steps)}`,
            );
        }
      } finally {
        rmSync(base, { recursive: true, force: true });
      }
    }),
    { numRuns: 400 },
  );
  assert.ok(reused > 40, `only ${reused} reuses were tried`);
});

test('a different key is never served', () => {
  const base = mkdtempSync(join(tmpdir(), 'tandem-reuse-'));
  assert.is(render(join(base, 'out'), 1), 'written');
  assert.is(render(join(base, 'out'), 1), 'reused');
  assert.is(render(join(base, 'out'), 2), 'written');
  assert.is(render(join(base, 'out'), 1), 'written');
  rmSync(base, { recursive: true });
});

test('an index that was tampered with serves nothing wrong', () => {
  const base = mkdtempSync(join(tmpdir(), 'tandem-reuse-'));
  const out = join(base, 'out');
  render(out, 1);
  const index = join(out, '.tandem/index-production.json');
  for (const text of ['', '{', 'null', '{"version":2}', '{"version":1,"key":"key 1","takenAt":0,"files":{},"folders":{}}']) {
    writeFileSync(index, text);
    writeFileSync(join(out, 'production/aws/c0/f0.yaml'), 'edited');
    render(out, 1);
    assert.is(sha256(readFileSync(join(out, 'production/aws/c0/f0.yaml'))), treeOf(1).get('production/aws/c0/f0.yaml')?.sha256, text);
  }
  rmSync(base, { recursive: true });
});

test.run();

import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigurationError, type Diagnostic } from '../../environments/diagnostic.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { productionEnvironment, ROOT, temporaryProject } from '../project.ts';

const test = suite('load');
const AWS = 'environments/aws/production.yaml';
const GCP = 'environments/gcp/production.yaml';
const SHARED = 'environments/production.yaml';

/** What is wrong with production after an edit. */
function problemsAfter(break_: (project: ReturnType<typeof temporaryProject>) => void): readonly Diagnostic[] {
  const project = temporaryProject();
  try {
    break_(project);
    loadEnvironment(project.root, 'production');
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.diagnostics;
    throw error;
  } finally {
    project.remove();
  }
}

const replace = (file: string, from: string, to: string) => (project: ReturnType<typeof temporaryProject>) =>
  project.edit(file, (text) => text.replace(from, to));

/** The line on which a key of a file of ours first stands. */
function lineOf(file: string, key: string): number {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  return lines.findIndex((line) => line.trimStart().startsWith(key)) + 1;
}

/** One thing wrong → its code, path, line and column, and words that the message and hint must hold. */
const TABLE: readonly [
  name: string,
  break_: (project: ReturnType<typeof temporaryProject>) => void,
  expected: Partial<Diagnostic> & { line: number; column: number; words: string[]; file: string },
][] = [
  [
    'two subnets of one name',
    replace(AWS, 'name: public-c', 'name: public-a'),
    { code: 'bad-value', path: 'aws.network.subnets[1].name', file: AWS, line: 15, column: 15, words: ['too', 'a name of its own'] },
  ],
  [
    'a zone of another region',
    replace(GCP, 'asia-northeast3-b', 'asia-northeast1-b'),
    {
      code: 'bad-value',
      path: 'gcp.kubernetes.zones[1]',
      file: GCP,
      line: 23,
      column: 30,
      words: ['no zone of gcp.region', 'asia-northeast3'],
    },
  ],
  [
    'an unknown key',
    replace(AWS, 'instanceClass:', 'instanceclass:'),
    {
      code: 'unknown-key',
      path: 'aws.database.instanceclass',
      file: AWS,
      line: 39,
      column: 3,
      words: ['Did you mean `instanceClass`?', 'maxConnections'],
    },
  ],
  [
    'a number for a text',
    replace(GCP, 'version: "1.35"', 'version: 1.35'),
    {
      code: 'wrong-type',
      path: 'gcp.kubernetes.version',
      file: GCP,
      line: 21,
      column: 12,
      words: ['found 1.35', 'Put it in quotes: "1.35"'],
    },
  ],
  [
    'a text for a switch',
    replace(AWS, 'multiAz: true', 'multiAz: "yes"'),
    { code: 'wrong-type', path: 'aws.database.multiAz', file: AWS, line: 45, column: 12, words: ['true or false, without quotes'] },
  ],
  [
    'a bad range',
    replace(AWS, 'vpc: 10.30.0.0/16', 'vpc: 10.30.0.5/16'),
    { code: 'bad-value', path: 'aws.network.vpc', file: AWS, line: 11, column: 8, words: ['has host bits set; the range is 10.30.0.0/16'] },
  ],
  [
    'a bad duration',
    replace(SHARED, 'interval: 15s', 'interval: 15 seconds'),
    {
      code: 'bad-value',
      path: 'traffic.monitor.interval',
      file: SHARED,
      line: lineOf(SHARED, 'interval:'),
      column: 15,
      words: ['15 seconds', '500ms, 15s, 2m'],
    },
  ],
  [
    'a misspelt choice',
    replace(SHARED, 'steering: dynamicLatency', 'steering: dynamic-latency'),
    {
      code: 'bad-value',
      path: 'traffic.steering',
      file: SHARED,
      line: lineOf(SHARED, 'steering:'),
      column: 13,
      words: ['Did you mean `dynamicLatency`?', 'weighted'],
    },
  ],
  [
    'a number out of range',
    replace(AWS, 'maxPods: 44', 'maxPods: 4000'),
    { code: 'bad-value', path: 'aws.kubernetes.nodes.maxPods', file: AWS, line: 34, column: 14, words: ['found 4000', 'from 4 to 250'] },
  ],
  [
    'a missing key',
    replace(GCP, 'project: crm-production\n', ''),
    { code: 'missing-key', path: 'gcp.project', file: GCP, line: 2, column: 1, words: ['is missing', 'crm-production'] },
  ],
  [
    'a null',
    replace(SHARED, 'hostname: crm.example.com', 'hostname:'),
    { code: 'wrong-type', path: 'traffic.hostname', file: SHARED, line: lineOf(SHARED, 'hostname:'), column: 12, words: ['found null'] },
  ],
  [
    'a list for a mapping',
    replace(SHARED, 'peak:\n  cpu: "24"\n  memory: 48Gi', 'peak: [24, 48]'),
    { code: 'wrong-type', path: 'peak', file: SHARED, line: lineOf(SHARED, 'peak:'), column: 7, words: ['a mapping'] },
  ],
  [
    'too few tunnels',
    replace(SHARED, '    - 169.254.13.0/30\n', ''),
    { code: 'bad-value', path: 'link.tunnels', file: SHARED, line: lineOf(SHARED, 'tunnels:') + 1, column: 5, words: ['a list of 4 to 4'] },
  ],
  [
    'a repeated secret',
    replace(SHARED, 'secrets: [api-keys, application]', 'secrets: [api-keys, api-keys]'),
    {
      code: 'bad-value',
      path: 'application.secrets',
      file: SHARED,
      line: lineOf(SHARED, 'secrets:'),
      column: 12,
      words: ['a list without repeats'],
    },
  ],
  [
    'a secret that Tandem fetches by itself',
    replace(SHARED, 'secrets: [api-keys, application]', 'secrets: [api-keys, database]'),
    {
      code: 'bad-value',
      path: 'application.secrets[1]',
      file: SHARED,
      line: lineOf(SHARED, 'secrets:'),
      column: 23,
      words: ['"database"'],
    },
  ],
  [
    'a duplicate key',
    replace(AWS, 'region: ap-northeast-2\n', 'region: ap-northeast-2\nregion: us-east-1\n'),
    { code: 'not-yaml', path: '', file: AWS, line: 4, column: 1, words: ['unique', 'silently win'] },
  ],
  ['a tab', replace(AWS, '  host: 1', '\thost: 1'), { code: 'not-yaml', path: '', file: AWS, line: 7, column: 1, words: ['spaces'] }],
  [
    'an alias of nothing',
    replace(AWS, 'region: ap-northeast-2', 'region: *nowhere'),
    { code: 'not-yaml', path: '', file: AWS, line: 3, column: 9, words: ['nowhere', 'anchor'] },
  ],
  [
    'a tag',
    replace(AWS, 'region: ap-northeast-2', 'region: !!js/function x'),
    { code: 'not-yaml', path: '', file: AWS, line: 3, column: 9, words: ['tag'] },
  ],
  [
    'a merge key',
    replace(AWS, 'cache:\n', 'cache:\n  <<: { port: 1 }\n'),
    { code: 'unknown-key', path: 'aws.cache.<<', file: AWS, line: 54, column: 3, words: ['unknown key'] },
  ],
  [
    'a key that is no word',
    replace(AWS, 'cache:\n', 'cache:\n  ? [a, b]\n  : 1\n'),
    { code: 'not-yaml', path: '', file: AWS, line: 54, column: 5, words: ['a key must be a word'] },
  ],
  [
    'two documents',
    (project) => project.edit(AWS, (text) => `${text}---\na: 1\n`),
    { code: 'not-yaml', path: '', file: AWS, line: 70, column: 1, words: ['One file holds one document'] },
  ],
  [
    'an empty file',
    (project) => writeFileSync(project.path(AWS), ''),
    { code: 'not-a-mapping', path: '', file: AWS, line: 1, column: 1, words: ['no mapping'] },
  ],
  [
    'a list as the file',
    (project) => writeFileSync(project.path(AWS), '- a\n'),
    { code: 'not-a-mapping', path: '', file: AWS, line: 1, column: 1, words: ['no mapping'] },
  ],
  [
    'an open quote',
    replace(AWS, 'account: "', "account: '"),
    { code: 'not-yaml', path: '', file: AWS, line: 70, column: 1, words: ['quote'] },
  ],
  [
    'a missing file',
    (project) => rmSync(project.path(GCP)),
    { code: 'file-missing', path: '', file: GCP, line: 1, column: 1, words: ['does not exist', '--env'] },
  ],
  [
    'a dangling link',
    (project) => {
      rmSync(project.path(GCP));
      symlinkSync('/nowhere', project.path(GCP));
    },
    { code: 'file-missing', path: '', file: GCP, line: 1, column: 1, words: ['symbolic link to nothing'] },
  ],
  [
    'a folder in its place',
    (project) => {
      rmSync(project.path(GCP));
      mkdirSync(project.path(GCP));
    },
    { code: 'file-unreadable', path: '', file: GCP, line: 1, column: 1, words: ['not a regular file'] },
  ],
  [
    'a file of 100 MB',
    (project) => truncateSync(project.path(GCP), 100 * 1024 * 1024),
    { code: 'file-too-large', path: '', file: GCP, line: 1, column: 1, words: ['100 MiB', 'at most 1 MiB'] },
  ],
  [
    'bytes that are not UTF-8',
    (project) => writeFileSync(project.path(GCP), Buffer.from('project: crm\nregion: caf\xe9\n', 'latin1')),
    { code: 'not-utf8', path: '', file: GCP, line: 2, column: 12, words: ['UTF-8'] },
  ],
  [
    'a bomb of aliases',
    (project) => writeFileSync(project.path(GCP), bomb()),
    { code: 'alias-bomb', path: '', file: GCP, line: 1, column: 1, words: ['50 copies'] },
  ],
  [
    'ten thousand brackets',
    (project) => writeFileSync(project.path(GCP), `a: ${'['.repeat(10_000)}`),
    { code: 'too-deep', path: '', file: GCP, line: 1, column: 1, words: ['nested too deeply'] },
  ],
];

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level++)
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return lines.join('\n');
}

for (const [name, break_, { line, column, file, words, code, path }] of TABLE)
  test(`${name} is one located error`, () => {
    const problems = problemsAfter(break_);
    const [first] = problems;
    if (!first) throw new Error('no problem was found');
    assert.equal({ code: first.code, path: first.path, ...first.position }, { code, path, file, line, column });
    const text = `${first.message} ${first.hint}`;
    for (const word of words) assert.ok(text.includes(word), `"${word}" is missing in: ${text}`);
    if (code !== 'not-yaml' && code !== 'too-deep') assert.is(problems.length, 1, JSON.stringify(problems));
  });

test('all problems of all files come at once', () => {
  const problems = problemsAfter((project) => {
    project.edit(AWS, (text) => text.replace('asn: 64512', 'asn: many').replace('multiAz: true', 'multiAZ: true'));
    project.edit(GCP, (text) => text.replace('10.20.0.0/20', '10.20.0.0'));
    project.edit(SHARED, (text) => text.replace('plan: enterprise', 'plan: big'));
  });
  assert.equal(problems.map((problem) => problem.path).sort(), [
    'aws.database.multiAZ',
    'aws.network.asn',
    'gcp.network.nodes',
    'traffic.plan',
  ]);
});

test('an environment that is named badly, or leads elsewhere, is refused', () => {
  for (const name of ['../../etc/passwd', 'Production', '', 'a b', '-x'])
    assert.throws(
      () => loadEnvironment('.', name),
      (error: unknown) => error instanceof ConfigurationError && error.diagnostics[0]?.code === 'bad-value',
    );
});

test('anchors that expand a little are allowed', () => {
  const problems = problemsAfter((project) =>
    project.edit(SHARED, (text) =>
      text
        .replace('awsLost: { rto: 5m, rpo: 5s }', 'awsLost: &goal { rto: 5m, rpo: 5s }')
        .replace('gcpLost: { rto: 2m, rpo: 0s }', 'gcpLost: *goal'),
    ),
  );
  assert.equal(problems, []);
});

test('defaults are applied, values parsed, references between files followed, everything frozen', () => {
  const { platform } = productionEnvironment();
  assert.is(platform.aws.database.port, 5432);
  assert.is(platform.traffic.monitor.interval, 15);
  assert.is(platform.traffic.shares, null);
  assert.is(platform.gcp.network.pods.last - platform.gcp.network.pods.first, 65_535);
  assert.is(platform.gcp.pulls.application, 'asia-northeast3-docker.pkg.dev/crm-production/crm/app:2.14.0');
  assert.throws(() => {
    (platform.aws.network.subnets as unknown as unknown[]).push(1);
  });
});

test('a path that only a default gave is placed where its section is written', () => {
  const { line } = productionEnvironment().positionOf('aws.database.port');
  assert.is(line, 38);
});

test.run();

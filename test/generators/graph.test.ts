import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { topology } from '../../generators/graph/topology.ts';
import { platformWith } from '../project.ts';
import { runCli } from '../run-cli.ts';

const test = suite('graph');

test('the picture names every range, every tunnel, both databases and who writes', () => {
  const svg = topology(platformWith({}));
  for (const text of [
    '10.30.0.0/16',
    '10.30.10.0/24',
    '10.21.0.0/16',
    '10.24.0.0/20',
    '172.16.0.0/28',
    'tunnel 3  169.254.13.0/30',
    'db.m6g.2xlarge',
    'db-custom-8-32768',
    'ASN 64512',
  ])
    assert.ok(svg.includes(text), text);
  assert.match(svg, /id="database-aws-badge".*?>WRITER</);
  assert.match(svg, /id="database-gcp-badge".*?>SUBSCRIBER</);
});

test('another writer turns the arrow and the badges round', () => {
  const svg = topology(platformWith({ 'database.writer': 'gcp' }));
  assert.match(svg, /id="database-gcp-badge".*?>WRITER</);
  const points = (svg_: string): number[] =>
    [...(/<path class="wire" d="M(\d+) \d+ L(\d+) \d+" style="stroke: var\(--write\)"/.exec(svg_) ?? [])].slice(1).map(Number);
  const [from = 0, to = 0] = points(svg);
  assert.ok(from > to, 'from right to left');
});

test('nothing in the configuration can leave its text', () => {
  const svg = topology(platformWith({ 'traffic.monitor.path': '/a~b' }));
  assert.ok(svg.includes('/a~b'));
  assert.not.match(svg, /&(?!#\d+;)/, 'every ampersand is an escape');
});

test('the page is one file: no reference to anything outside it', async () => {
  const { code, out } = await runCli(['graph']);
  assert.is(code, 0);
  assert.not.match(out.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|<script|<link|@import|url\((?!#)/);
  assert.is(out.split('<svg').length - 1, 2, 'production and staging');
});

test('SVG is of one environment', async () => {
  assert.match((await runCli(['graph', '--env', 'staging', '--output', 'svg'])).out, /^<svg xmlns/);
  const { code, err } = await runCli(['graph', '--output', 'svg']);
  assert.is(code, 2);
  assert.match(err, /name it with --env, one of production, staging/);
});

test.run();

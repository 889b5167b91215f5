/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { page } from '../../generators/graph/page.ts';
import { run } from '../bundle.ts';
import { platformWith } from '../project.ts';
import { part, realTest } from './parts.ts';

const test = suite('graph');

/** Runs in the page: what a reader would see, measured. */
function measure(): void {
  const rgb = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const luminance = (colour: string): number =>
    rgb(colour)
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
      .reduce((sum, channel, index) => sum + channel * ([0.2126, 0.7152, 0.0722][index] as number), 0);
  const texts = [...document.querySelectorAll<SVGTextElement>('svg text')];
  const view = (document.querySelector('svg') as SVGSVGElement).viewBox.baseVal;
  const results = texts.map((text) => {
    const inside = document.getElementById(text.dataset.fits ?? 'ground') as unknown as SVGRectElement;
    const [a, b] = [text.getBBox(), inside.getBBox()];
    const fits =
      a.x >= b.x && a.x + a.width <= b.x + b.width && a.y >= b.y && a.y + a.height <= b.y + b.height && a.x + a.width <= view.width;
    const [ink, ground] = [luminance(getComputedStyle(text).fill), luminance(getComputedStyle(inside).fill)];
    const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    return { text: text.textContent, fits, contrast, box: [a.x, a.y, a.width, a.height], width: text.getScreenCTM()?.a };
  });
  const overlaps = results.flatMap((one, index) =>
    results.slice(index + 1).flatMap((other) => {
      const [ax, ay, aw, ah] = one.box as [number, number, number, number];
      const [bx, by, bw, bh] = other.box as [number, number, number, number];
      return ax < bx + bw && bx < ax + aw && ay + 3 < by + bh - 3 && by + 3 < ay + ah - 3 ? [`${one.text} / ${other.text}`] : [];
    }),
  );
  const answer = document.createElement('pre');
  answer.id = 'measured';
  answer.textContent = JSON.stringify({ dark: matchMedia('(prefers-color-scheme: dark)').matches, results, overlaps });
  document.body.append(answer);
}

interface Measured {
  dark: boolean;
  results: { text: string; fits: boolean; contrast: number }[];
  overlaps: string[];
}

/** Opens a page in headless Chromium, in the light or the dark scheme. */
async function browse(folder: string, scheme: 'light' | 'dark', ...more: string[]): Promise<string> {
  const { out } = await run(part('chromium'), [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, `profile-${scheme}`)}`,
    `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
    '--window-size=1432,1150',
    ...more,
  ]);
  return out;
}

for (const scheme of ['light', 'dark'] as const)
  realTest(test, `in Chromium, ${scheme}: every text stays in its box, none covers another, all can be read`, ['chromium'], async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-graph-'));
    try {
      const html = page([platformWith({ 'traffic.steering': 'weighted', 'traffic.shares': { aws: 70, gcp: 30 } })]);
      const file = join(folder, 'platform.html');
      writeFileSync(
        file,
        html.replace('</body>', () => `<script>(${measure.toString().replaceAll('__name', '((f) => f)')})();</script></body>`),
      );
      const dom = await browse(folder, scheme, '--dump-dom', `file://${file}`);
      const { dark, results, overlaps } = JSON.parse(
        /<pre id="measured">(.*?)<\/pre>/s.exec(dom)?.[1]?.replaceAll('&gt;', '>').replaceAll('&amp;', '&') ?? '{}',
      ) as Measured;
      assert.is(dark, scheme === 'dark');
      assert.ok(results.length > 50, `${results.length} texts`);
      assert.equal(
        results.filter(({ fits }) => !fits).map(({ text }) => text),
        [],
      );
      assert.equal(
        results.filter(({ contrast }) => contrast < 4.5).map(({ text, contrast }) => `${text} ${contrast.toFixed(1)}`),
        [],
      );
      assert.equal(overlaps, []);
      const picture = join(folder, 'platform.png');
      await browse(folder, scheme, `--screenshot=${picture}`, `file://${file}`);
      assert.ok(existsSync(picture) && readFileSync(picture).length > 50_000, 'a picture with something on it');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

test.run();

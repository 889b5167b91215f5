import type { Platform } from '../../environments/platform.ts';
import { escapeXml } from './svg.ts';
import { topology } from './topology.ts';

/** One file, nothing to fetch: the picture of each environment, in light and dark as the reader's system is. */
export function page(platforms: readonly Platform[]): string {
  const names = platforms.map(({ name }) => name).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tandem: ${escapeXml(names)}</title>
<style>
  body { margin: 0; background: #ffffff; }
  @media (prefers-color-scheme: dark) { body { background: #0d1117; } }
  main { max-width: 1400px; margin: 0 auto; padding: 16px; }
  svg { display: block; width: 100%; height: auto; }
</style>
</head>
<body>
<main>
${platforms.map(topology).join('\n')}
</main>
</body>
</html>
`;
}

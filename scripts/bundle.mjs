// Builds dist/tandem.cjs: one file, so that `npx tandem` starts in a tenth of a second.
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

const options = {
  absWorkingDir: root,
  entryPoints: ['cli/tandem.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['koffi'],
  banner: { js: '#!/usr/bin/env node' },
  define: { 'import.meta.url': '__importMetaUrl' },
  inject: ['scripts/import-meta-url.js'],
  logLevel: 'warning',
  metafile: true,
};

// The build is named by what went into it, so that nothing rendered by another build is ever reused.
const probe = await build({ ...options, write: false });
const digest = createHash('sha256').update(probe.outputFiles[0].contents).digest('hex');
await build({
  ...options,
  define: { ...options.define, TANDEM_BUILD: JSON.stringify(digest), TANDEM_VERSION: JSON.stringify(version) },
  outfile: 'dist/tandem.cjs',
});
chmodSync(`${root}/dist/tandem.cjs`, 0o755);

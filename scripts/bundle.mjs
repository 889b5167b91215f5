// Builds dist/tandem.cjs and dist/authority.js: one file each; the first one with the schemas compiled, so that `npx tandem` starts in a moment.
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
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
  external: ['koffi', 'miniflare'],
  banner: { js: '#!/usr/bin/env node' },
  define: { 'import.meta.url': '__importMetaUrl' },
  inject: ['scripts/import-meta-url.js'],
  logLevel: 'warning',
};

/** Puts the code that ajv makes of the schemas in the place of the module that would make it at every start. */
const compiledSchemas = {
  name: 'compiled-schemas',
  setup(bundler) {
    bundler.onLoad({ filter: /environments[/\\]schema[/\\]validators\.ts$/ }, async ({ path }) => {
      const entry = `import standalone from 'ajv/dist/standalone/index.js';
        import { Ajv2020 } from 'ajv/dist/2020.js';
        import { _ } from 'ajv';
        import { AJV_OPTIONS } from ${JSON.stringify(path)};
        import { SCHEMAS } from './schemas.ts';
        const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true, esm: true, formats: _\`ajvFormats\` } });
        const ids = Object.fromEntries(Object.keys(SCHEMAS).map((kind) => [kind, 'tandem:' + kind]));
        for (const kind of Object.keys(SCHEMAS)) ajv.addSchema(SCHEMAS[kind], ids[kind]);
        module.exports = (standalone.default ?? standalone)(ajv, ids);`;
      const made = await build({
        absWorkingDir: root,
        stdin: { contents: entry, resolveDir: dirname(path), loader: 'ts' },
        bundle: true,
        platform: 'node',
        format: 'cjs',
        write: false,
        logLevel: 'warning',
      });
      const module = { exports: '' };
      new Function('module', 'exports', 'require', made.outputFiles[0].text)(module, module.exports, createRequire(import.meta.url));
      const contents = `import { ajvFormats } from './ajv-formats.ts';\n${module.exports}\nexport const validatorOf = (kind) => ({ shared, aws, gcp })[kind];`;
      return { contents, resolveDir: dirname(path), loader: 'js' };
    });
  },
};
options.plugins = [compiledSchemas];

// The build is named by what went into it, so that nothing rendered by another build is ever reused.
const probe = await build({ ...options, write: false });
const digest = createHash('sha256').update(probe.outputFiles[0].contents).digest('hex');
await build({
  ...options,
  define: { ...options.define, TANDEM_BUILD: JSON.stringify(digest), TANDEM_VERSION: JSON.stringify(version) },
  outfile: 'dist/tandem.cjs',
});
chmodSync(`${root}/dist/tandem.cjs`, 0o755);

// The writer's authority, which runs at Cloudflare, and in drills on Cloudflare's runtime.
await build({
  absWorkingDir: root,
  entryPoints: ['workflows/authority/worker.ts'],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  outfile: 'dist/authority.js',
});

// Writes the JSON Schemas that editors use from the definitions that the loader uses; with --check says
// whether the written ones are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FORMATS } from '../environments/schema/formats.ts';
import { SCHEMAS } from '../environments/schema/schemas.ts';

/** Formats are ours; an editor understands the pattern instead. */
function forEditors(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forEditors);
  if (schema === null || typeof schema !== 'object') return schema;
  const { format, ...rest } = schema as Record<string, unknown>;
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  const entries = Object.entries(rest).map(([key, value]) => [
    key,
    ['examples', 'default', 'enum'].includes(key) ? value : forEditors(value),
  ]);
  return { ...Object.fromEntries(entries), ...(known ? { pattern: known.pattern } : {}) };
}

const FILES = { shared: 'environment', aws: 'aws', gcp: 'gcp' } as const;
const checking = process.argv.includes('--check');
let stale = 0;

for (const [kind, schema] of Object.entries(SCHEMAS) as [keyof typeof FILES, object][]) {
  const path = fileURLToPath(new URL(`../environments/schemas/${FILES[kind]}.schema.json`, import.meta.url));
  const text = `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...(forEditors(schema) as object) }, null, 2)}\n`;
  if (!checking) writeFileSync(path, text);
  else if (readOrEmpty(path) !== text) {
    stale++;
    console.error(`${path} is not what environments/schema/ describes; run: npm run schemas`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

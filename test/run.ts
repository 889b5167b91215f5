// Runs uvu suites in one process and fails where uvu alone would pass in silence: a file without .run(), no
// file, an empty suite, a throwing hook, a thrown non-Error, a test that never ends.
// Usage: node --import tsx test/run.ts FOLDER [PATTERN]
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type SuiteResult = [errors: string | true, passed: number, skipped: number, total: number];
type Queue = (null | string | (() => Promise<SuiteResult>))[][];

declare global {
  var UVU_DEFER: number;
  var UVU_INDEX: number;
  var UVU_QUEUE: Queue;
}

/** No suite here takes longer on two cores; one that does waits for something that never comes. */
const SUITE_TIMEOUT_MS = 900_000;

const [folder = 'test', pattern = ''] = process.argv.slice(2);
const files = findTests(resolve(folder)).filter((file) => file.includes(pattern));
const failures: string[] = [];
let passed = 0;
let failed = 0;
let skipped = 0;

globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];

if (files.length === 0) failures.push(`no test file in ${folder}${pattern ? ` matches ${pattern}` : ''}`);
for (const file of files) await runFile(file);

for (const failure of failures) process.stderr.write(`\nFAILED ${failure}\n`);
process.stdout.write(`\n${passed} passed, ${Math.max(failed, failures.length)} failed, ${skipped} skipped\n`);
process.exit(failures.length === 0 ? 0 : 1);

async function runFile(file: string): Promise<void> {
  const name = relative(process.cwd(), file);
  process.stdout.write(`\n${name}\n`);
  globalThis.UVU_QUEUE.push([]);
  globalThis.UVU_INDEX = globalThis.UVU_QUEUE.length - 1;
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    failures.push(`${name}: ${(error as Error)?.stack ?? String(error)}`);
    return;
  }
  const suites = globalThis.UVU_QUEUE[globalThis.UVU_INDEX] ?? [];
  if (suites.length === 0) failures.push(`${name}: no suite was run; is .run() missing?`);
  for (const suite of suites) if (typeof suite === 'function') await runSuite(name, suite);
}

async function runSuite(name: string, suite: () => Promise<SuiteResult>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no result after ${SUITE_TIMEOUT_MS / 1000} s`)), SUITE_TIMEOUT_MS);
  });
  try {
    const [errors, done, skips, total] = await Promise.race([suite(), timeout]);
    passed += done;
    skipped += skips;
    failed += total - done;
    if (typeof errors === 'string') failures.push(`${name}:\n${errors}`);
    else if (done !== total)
      failures.push(`${name}: ${total - done} of ${total} tests did not end; a hook threw, or a test threw something that is no Error`);
    else if (total === 0 && skips === 0) failures.push(`${name}: the suite is empty`);
  } catch (error) {
    failures.push(`${name}: ${(error as Error)?.message ?? String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Test files below a folder; those on real servers only when asked for by name. */
function findTests(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(root, entry.name);
      if (entry.isDirectory()) return entry.name === 'real' ? [] : findTests(path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    });
}

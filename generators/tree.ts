import { createHash } from 'node:crypto';

/** One rendered file. */
export interface RenderedFile {
  /** Relative to the output folder, with forward slashes: `production/aws/pgbouncer/deployment-pgbouncer.yaml`. */
  readonly path: string;
  readonly content: string;
  /** Of the content in UTF-8, hexadecimal. */
  readonly sha256: string;
  /** The component that rendered it: `production/aws/pgbouncer`. */
  readonly component: string;
}

/** A complete rendered tree, in memory, by path. */
export type Tree = ReadonlyMap<string, RenderedFile>;

/** Two producers of one path or of one object: a defect of the charts, found before anything is written. */
export class CollisionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CollisionError';
  }
}

/** Names both producers. */
export function collision(what: string, first: string, second: string): CollisionError {
  return new CollisionError(`${what} comes from two places: ${first} and ${second}`);
}

/** Collects files and refuses a second producer of a path, also where a file system ignores case. */
export class TreeBuilder {
  private readonly files = new Map<string, RenderedFile>();
  private readonly folded = new Map<string, RenderedFile>();

  add(component: string, path: string, content: string): void {
    const file = { path, content, sha256: sha256(content), component };
    const other = this.folded.get(path.toLowerCase());
    if (other) throw collision(`the file ${path}`, other.component, component);
    this.files.set(path, file);
    this.folded.set(path.toLowerCase(), file);
  }

  build(): Tree {
    return new Map([...this.files].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** One digest for a whole tree: sha256 over the lines `<sha256>  <path>`, sorted by path. */
export function digestOf(files: Iterable<readonly [path: string, sha256: string]>): string {
  const hash = createHash('sha256');
  for (const [path, sum] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${sum}  ${path}\n`);
  return hash.digest('hex');
}

export function treeDigest(tree: Tree): string {
  return digestOf([...tree.values()].map((file) => [file.path, file.sha256] as const));
}

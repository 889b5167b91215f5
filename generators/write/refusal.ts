/** Thrown when writing would touch what is not ours; nothing has been written. */
export class WriteRefusal extends Error {
  constructor(
    message: string,
    /** What to do next. */
    readonly hint: string,
  ) {
    super(message);
    this.name = 'WriteRefusal';
  }
}

/** Says what kept the file system from doing what was asked. */
export function fileSystemRefusal(error: unknown, out: string): WriteRefusal | undefined {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall) return undefined;
  const hints: Record<string, string> = {
    EACCES: 'Check the permissions of the folder, or choose another with --out.',
    EPERM: 'Check the permissions of the folder, or choose another with --out.',
    EROFS: 'The file system is read-only; choose another folder with --out.',
    ENOSPC: 'The disk is full; nothing was changed. Free some space and render again.',
    EDQUOT: 'The quota is used up; nothing was changed. Free some space and render again.',
    ENOTDIR: 'A part of the path is a file, not a folder; choose another with --out.',
  };
  return new WriteRefusal(`cannot ${syscall} ${path ?? out}: ${code}`, hints[code] ?? 'Nothing was changed. Solve this and render again.');
}

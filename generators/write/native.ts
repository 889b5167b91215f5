import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** What Node.js does not offer of the operating system: atomic exchange of two paths, and a lock that dies with its process. */
export interface Native {
  /** Exchanges what two paths name in one step; 0, or an errno. */
  exchange(a: string, b: string): number;
  /** Takes an exclusive lock on an open file; 0, or an errno. */
  lock(fd: number): number;
}

const LOCK_EX_NB = 2 | 4;
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const RENAME_SWAP = 2;

let loaded: Native | null | undefined;

/** The functions of the C library, or null on a platform that has none of them. */
export function native(): Native | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): Native | null {
  try {
    // The library is native code and stays outside the bundle.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const failed = (result: number): number => (result === 0 ? 0 : koffi.errno());
    if (process.platform === 'darwin') {
      const library = koffi.load('libSystem.B.dylib');
      const renamex = library.func('int renamex_np(const char*, const char*, unsigned int)');
      const flock = library.func('int flock(int, int)');
      return { exchange: (a, b) => failed(renamex(a, b, RENAME_SWAP)), lock: (fd) => failed(flock(fd, LOCK_EX_NB)) };
    }
    if (process.platform !== 'linux') return null;
    const library = koffi.load(null);
    const renameat2 = library.func('int renameat2(int, const char*, int, const char*, unsigned int)');
    const flock = library.func('int flock(int, int)');
    return {
      exchange: (a, b) => failed(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE)),
      lock: (fd) => failed(flock(fd, LOCK_EX_NB)),
    };
  } catch {
    return null;
  }
}

/** Whether an errno says that the file system cannot exchange, rather than that something is wrong. */
export function cannotExchange(errno: number): boolean {
  const { ENOSYS, EINVAL, ENOTSUP } = constants.errno;
  return [ENOSYS, EINVAL, ENOTSUP].includes(errno);
}

export function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}

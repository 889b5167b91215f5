/** A length of time in seconds; may be fractional (`500ms` is 0.5). */
export type Seconds = number & { readonly unit?: 's' };
/** An amount of memory or disk in bytes. */
export type Bytes = number & { readonly unit?: 'B' };
/** Processor time in cores; `500m` is 0.5. */
export type Cores = number & { readonly unit?: 'cores' };

const DURATION = /^(\d{1,6})(ms|s|m|h|d)$/;
const SECONDS_PER = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const BYTES = /^(\d{1,6})(Ki|Mi|Gi|Ti)$/;
const BYTES_PER = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
const CORES = /^(\d{1,6})(m?)$/;

/** Parses `15s`, `2m`, `24h`, `500ms`, `14d`; undefined when it is none of these. */
export function parseDuration(text: string): Seconds | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * SECONDS_PER[match[2] as keyof typeof SECONDS_PER];
}

/** Parses `512Mi`, `20Gi`, `1Ti`; undefined when it is none of these, or 8192Ti and more, where a number is no longer exact. */
export function parseBytes(text: string): Bytes | undefined {
  const match = BYTES.exec(text);
  if (!match) return undefined;
  const bytes = Number(match[1]) * BYTES_PER[match[2] as keyof typeof BYTES_PER];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Parses a Kubernetes cpu quantity: `2`, `500m`; undefined when it is neither. */
export function parseCores(text: string): Cores | undefined {
  const match = CORES.exec(text);
  if (!match) return undefined;
  return match[2] === 'm' ? Number(match[1]) / 1000 : Number(match[1]);
}

/** Writes seconds the way people write them: `90s`, `5m`, `24h`, `14d`. */
export function formatDuration(seconds: Seconds): string {
  if (!Number.isInteger(seconds)) return `${Math.round(seconds * 1000)}ms`;
  const exact = (['d', 'h', 'm'] as const).find((unit) => seconds !== 0 && seconds % SECONDS_PER[unit] === 0);
  return exact ? `${seconds / SECONDS_PER[exact]}${exact}` : `${seconds}s`;
}

/** Writes bytes as a Kubernetes quantity with the largest unit that divides them. */
export function formatBytes(bytes: Bytes): string {
  const unit = (['Ti', 'Gi', 'Mi', 'Ki'] as const).find((name) => bytes !== 0 && bytes % BYTES_PER[name] === 0);
  return unit ? `${bytes / BYTES_PER[unit]}${unit}` : String(bytes);
}

/** Writes cores as a Kubernetes cpu quantity. */
export function formatCores(cores: Cores): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.round(cores * 1000)}m`;
}

import type { Path } from './document.ts';

/** Writes a path the way people read it: `aws.network.subnets[0].cidr`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** Reads what `formatPath` wrote. */
export function parsePath(text: string): Path {
  return text
    .split(/\.|(?=\[\d+\])/)
    .filter((step) => step !== '')
    .map((step) => (/^\[\d+\]$/.test(step) ? Number(step.slice(1, -1)) : step));
}

/** Colours by role, light and dark; every pair of text and ground is readable in both. */
const STYLE = `
  .tandem { --ground: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #8c959f; --panel: #f6f8fa; --box: #ffffff;
    --aws: #a04400; --gcp: #1a56c4; --edge: #8a3c9c; --write: #0f6b2f; --copy: #57606a; background: var(--ground); }
  @media (prefers-color-scheme: dark) {
    .tandem { --ground: #0d1117; --ink: #e6edf3; --soft: #a3adb8; --line: #6e7681; --panel: #161b22; --box: #0d1117;
      --aws: #ffb077; --gcp: #8ab8ff; --edge: #e0a8f0; --write: #6fdd8b; --copy: #a3adb8; }
  }
  .tandem text { font-family: system-ui, 'DejaVu Sans', sans-serif; font-size: 13px; fill: var(--ink); }
  .tandem .title { font-size: 15px; font-weight: 600; }
  .tandem .head { font-size: 20px; font-weight: 700; }
  .tandem .soft { fill: var(--soft); }
  .tandem .badge { font-size: 12px; font-weight: 700; fill: var(--ground); }
  .tandem .panel { fill: var(--panel); stroke-width: 2; }
  .tandem .box { fill: var(--box); stroke: var(--line); stroke-width: 1; }
  .tandem .wire { fill: none; stroke: var(--line); stroke-width: 2; }
`;

export type Tone = 'aws' | 'gcp' | 'edge' | 'write' | 'copy' | 'line';

export interface Line {
  readonly text: string;
  readonly kind?: 'title' | 'head' | 'soft';
}

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly lines: readonly Line[];
  readonly badge?: { readonly text: string; readonly tone: Tone };
}

const PADDING = 14;
const LINE = 20;

/** Height of a box in pixels, by its lines. */
export function heightOf({ lines }: Pick<Box, 'lines'>): number {
  return PADDING * 2 + lines.length * LINE - 6;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A box with its lines; `data-fits` names the rectangle that its texts must stay within. */
export function box(one: Box): string {
  const { id, x, y, width, lines, badge } = one;
  const texts = lines.map(
    ({ text, kind }, index) =>
      `<text x="${x + PADDING}" y="${y + PADDING + 11 + index * LINE}"${kind ? ` class="${kind}"` : ''} data-fits="${id}">${escapeXml(text)}</text>`,
  );
  const badgeWidth = badge ? badge.text.length * 8 + 18 : 0;
  const mark = badge
    ? `<rect id="${id}-badge" x="${x + width - badgeWidth - 10}" y="${y + 10}" width="${badgeWidth}" height="22" rx="11" style="fill: var(--${badge.tone})"/>` +
      `<text x="${x + width - badgeWidth / 2 - 10}" y="${y + 25}" text-anchor="middle" class="badge" data-fits="${id}-badge">${escapeXml(badge.text)}</text>`
    : '';
  return `<rect id="${id}" class="box" x="${x}" y="${y}" width="${width}" height="${heightOf(one)}" rx="8"/>${texts.join('')}${mark}`;
}

/** A cloud: a large rectangle with a head. */
export function panel(id: string, x: number, y: number, width: number, height: number, head: string, tone: Tone): string {
  return (
    `<rect id="${id}" class="panel" x="${x}" y="${y}" width="${width}" height="${height}" rx="12" style="stroke: var(--${tone})"/>` +
    `<text x="${x + 20}" y="${y + 34}" class="head" style="fill: var(--${tone})" data-fits="${id}">${escapeXml(head)}</text>`
  );
}

/** A line with an arrow at its end; `label` stands beside its middle. */
export function arrow(points: readonly (readonly [x: number, y: number])[], tone: Tone, dashed = false): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  return `<path class="wire" d="${path}" style="stroke: var(--${tone})"${dashed ? ' stroke-dasharray="6 5"' : ''} marker-end="url(#arrow-${tone})"/>`;
}

export function label(
  x: number,
  y: number,
  text: string,
  options: { kind?: string; anchor?: 'start' | 'middle' | 'end'; tone?: Tone; fits?: string } = {},
): string {
  const { kind, anchor = 'middle', tone, fits } = options;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}${tone ? ` style="fill: var(--${tone})"` : ''}${fits ? ` data-fits="${fits}"` : ''}>${escapeXml(text)}</text>`;
}

/** A picture that stands alone and inside a page, in light and dark. */
export function picture(width: number, height: number, title: string, content: readonly string[]): string {
  const markers = (['aws', 'gcp', 'edge', 'write', 'copy', 'line'] as const).map(
    (tone) =>
      `<marker id="arrow-${tone}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" style="fill: var(--${tone})"/></marker>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tandem" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<defs>${markers.join('')}</defs>`,
    `<rect id="ground" width="${width}" height="${height}" style="fill: var(--ground)"/>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

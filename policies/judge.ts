import type { Position, Severity } from '../environments/diagnostic.ts';
import type { Environment } from '../environments/load.ts';
import type { Platform, ResolvedWaiver } from '../environments/platform.ts';
import type { Breach, Context } from './rule.ts';
import { RULES } from './rules.ts';
import type { RenderedTree } from './tree/law.ts';
import { TREE_LAWS } from './tree/laws.ts';

/** A breach of one law in one environment, with the places to change. */
export interface Finding {
  readonly environment: string;
  readonly code: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string;
  /** The configuration paths that collide and where they are written; the first is the one to change first. */
  readonly places: readonly { readonly path: string; readonly position: Position }[];
  /** The waiver that covers it; a waived finding still shows, and counts as no error. */
  readonly waiver: ResolvedWaiver | null;
}

const ORDER: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** How many laws there are. */
export const LAWS = RULES.length + TREE_LAWS.length;

/**
 * Judges one environment, and what is rendered from it, by every law, as of a date (`YYYY-MM-DD`).
 * Findings are sorted by file, line, column and code.
 */
export function judge(environment: Environment, tree: RenderedTree, asOf: string): readonly Finding[] {
  const { platform } = environment;
  const breaches = [
    ...RULES.flatMap((rule) =>
      rule.check(platform, { asOf }).map((breach) => finding(environment, rule.code, rule.name, breach.severity ?? rule.severity, breach)),
    ),
    ...judgeTree(environment.name, tree),
  ];
  const waived = breaches.map((found) => ({ ...found, waiver: waiverFor(platform, found, asOf) }));
  return [...waived, ...misusedWaivers(environment, breaches, { asOf })].sort(byPlace);
}

/** What the laws over the tree find, at the files that are rendered. */
function judgeTree(environment: string, tree: RenderedTree): Finding[] {
  return TREE_LAWS.flatMap(({ code, name, check }) =>
    check(tree).map(({ object: { path }, message, hint }): Finding => {
      const places = [{ path, position: { file: path.replace(/#.*/, ''), line: 1, column: 1 } }];
      return { environment, code, rule: name, severity: 'error', message, hint, places, waiver: null };
    }),
  );
}

/** Whether a finding stops a render: an error that no waiver covers. */
export function blocks(found: Finding): boolean {
  return found.severity === 'error' && found.waiver === null;
}

function finding(environment: Environment, code: string, rule: string, severity: Severity, breach: Breach): Finding {
  const places = breach.paths.map((path) => ({ path, position: environment.positionOf(path) }));
  return { environment: environment.name, code, rule, severity, message: breach.message, hint: breach.hint, places, waiver: null };
}

function covers(waiver: ResolvedWaiver, found: Finding): boolean {
  return waiver.rule === found.code && (waiver.path === null || found.places.some((place) => place.path === waiver.path));
}

function waiverFor(platform: Platform, found: Finding, asOf: string): ResolvedWaiver | null {
  return platform.waivers.find((waiver) => covers(waiver, found) && asOf <= waiver.expires) ?? null;
}

/** A waiver that has expired, names no rule, or covers nothing is itself worth saying. */
function misusedWaivers(environment: Environment, found: readonly Finding[], { asOf }: Context): Finding[] {
  return environment.platform.waivers.flatMap((waiver, index) => {
    const path = `waivers[${index}]`;
    const about = (severity: Severity, message: string, hint: string): Finding =>
      finding(environment, 'TD001', 'waivers-are-in-force', severity, { paths: [path], message, hint });
    const codes = [...RULES, ...TREE_LAWS].map((rule) => rule.code);
    if (!codes.includes(waiver.rule)) return [about('error', `there is no rule ${waiver.rule}`, `Use one of ${codes.join(', ')}.`)];
    if (asOf > waiver.expires)
      return [
        about(
          'error',
          `the waiver of ${waiver.rule} expired on ${waiver.expires} (judged on ${asOf})`,
          'Remove it and obey the law, or decide anew and set another date.',
        ),
      ];
    if (!found.some((one) => covers(waiver, one))) return [about('warning', `the waiver of ${waiver.rule} covers nothing`, 'Remove it.')];
    return [];
  });
}

function byPlace(a: Finding, b: Finding): number {
  const [x, y] = [a.places[0]?.position, b.places[0]?.position];
  if (!x || !y) return 0;
  return (
    compare(x.file, y.file) ||
    x.line - y.line ||
    x.column - y.column ||
    ORDER[a.severity] - ORDER[b.severity] ||
    compare(a.code, b.code) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

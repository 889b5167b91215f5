import { listEnvironments, loadEnvironment } from '../environments/load.ts';
import { formatDuration, type Seconds } from '../environments/units.ts';
import { isWithin, recoveryBudget, type Scenario } from '../policies/recovery-budget.ts';
import type { Options } from './options.ts';
import { styled, type Terminal } from './terminal.ts';

interface Budget {
  readonly environment: string;
  /** The longest detection that the environment declares. */
  readonly detection: Seconds;
  readonly scenarios: readonly Scenario[];
}

/** Prints the recovery budget of environments: 0 when every scenario keeps its objectives, 1 when one does not. */
export function rto(options: Options, terminal: Terminal): number {
  const names = options.environments ?? listEnvironments(options.root);
  const budgets = names.map((name): Budget => {
    const { platform } = loadEnvironment(options.root, name);
    return { environment: name, detection: platform.recovery.detection, scenarios: recoveryBudget(platform) };
  });
  const over = budgets.flatMap((budget) => problems(budget).map((problem) => `${budget.environment}: ${problem}`));
  const ok = over.length === 0;
  switch (options.output) {
    case 'json':
      terminal.out(`${JSON.stringify({ ok, over, environments: budgets }, null, 2)}\n`);
      break;
    case 'markdown':
      terminal.out(budgets.map(markdown).join('\n'));
      terminal.out(`\n${verdict(names, over)}\n`);
      break;
    case 'text':
      for (const budget of budgets) text(terminal, budget);
      terminal.out(`${styled(terminal, ok ? 'green' : 'red', ok ? 'ok' : 'over budget')}: ${verdict(names, over)}\n`);
  }
  return ok ? 0 : 1;
}

function verdict(names: readonly string[], over: readonly string[]): string {
  return over.length === 0 ? `${names.join(', ')}: every scenario inside its objectives, in the worst case` : over.join('; ');
}

/** What breaks an objective, with the numbers and the settings to change. */
function problems({ scenarios, detection }: Budget): string[] {
  const detect = scenarios.flatMap(({ phases }) => phases).find(({ phase }) => phase === 'detect');
  return [
    ...(detect && detect.worst > detection
      ? [`detection takes up to ${detect.worst} s (${detect.how}), above recovery.detection of ${detection} s; change traffic.monitor`]
      : []),
    ...scenarios.flatMap((scenario) => [
      ...(scenario.worst > scenario.objective
        ? [
            `${scenario.title} takes up to ${scenario.worst} s, above ${scenario.setting} of ${scenario.objective} s; change ${settingsOf(scenario)}`,
          ]
        : []),
      ...(scenario.loss > scenario.lossObjective
        ? [
            `${scenario.title} may lose ${scenario.loss} s of writes, above recovery.${scenario.name}.rpo of ${scenario.lossObjective} s; change database.replication.lagCritical`,
          ]
        : []),
    ]),
  ];
}

/** Settings by their share of the worst case, the largest first. */
function settingsOf({ phases, setting }: Scenario): string {
  const sorted = [...phases].filter((phase) => phase.worst > 0).sort((a, b) => b.worst - a.worst);
  return [...sorted.flatMap((phase) => (phase.setting ? [phase.setting] : [])), setting].join(', ');
}

const seconds = (value: Seconds): string => `${Number(value.toFixed(1))} s`;

function text(terminal: Terminal, { environment, scenarios }: Budget): void {
  terminal.out(`${styled(terminal, 'bold', environment)}\n`);
  const width = Math.max(...scenarios.flatMap(({ phases }) => phases.map(({ setting }) => (setting ?? 'the cloud').length)));
  for (const scenario of scenarios) {
    const mark = isWithin(scenario) ? styled(terminal, 'green', 'inside') : styled(terminal, 'red', 'OVER');
    terminal.out(
      `\n  ${styled(terminal, 'bold', scenario.title)}: ${seconds(scenario.best)} to ${seconds(scenario.worst)}, objective ${seconds(scenario.objective)} (${scenario.setting}): ${mark}\n`,
    );
    for (const { phase, best, worst, setting, how } of scenario.phases)
      terminal.out(
        `    ${phase.padEnd(8)} ${seconds(best).padStart(7)} ${seconds(worst).padStart(7)}  ${(setting ?? 'the cloud').padEnd(width)}  ${how}\n`,
      );
    terminal.out(`    ${'loss'.padEnd(8)} ${seconds(0).padStart(7)} ${seconds(scenario.loss).padStart(7)}  ${lossNote(scenario)}\n`);
  }
  terminal.out('\n');
}

function lossNote({ loss, lossObjective, name }: Scenario): string {
  const objective = `objective ${seconds(lossObjective)} (recovery.${name}.rpo)`;
  return loss > 0
    ? `${objective}: the lag that pages (database.replication.lagCritical); no bound while replication stands still`
    : objective;
}

function markdown({ environment, scenarios }: Budget): string {
  const rows = scenarios.flatMap((scenario) => [
    ...scenario.phases.map(
      ({ phase, best, worst, setting, how }) =>
        `| ${scenario.title} | ${phase} | ${seconds(best)} | ${seconds(worst)} | ${setting ? `\`${setting}\`` : 'the cloud'} | ${how} |`,
    ),
    `| **${scenario.title}** | **all** | **${seconds(scenario.best)}** | **${seconds(scenario.worst)}** | \`${scenario.setting}\` | objective ${formatDuration(scenario.objective)}: ${isWithin(scenario) ? 'inside' : '**over**'} |`,
  ]);
  return [
    `### Recovery budget of ${environment}`,
    '',
    '| scenario | phase | best | worst | setting | how |',
    '| --- | --- | ---: | ---: | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

// Findings for people: what is wrong and what to do about it, and the verdict.

import { Chalk, type ChalkInstance } from 'chalk';
import { problemsOf, type Finding, type Problem, type Status } from '../model/finding.ts';
import { counted } from '../model/units.ts';
import { screenWidth, wrap } from './text.ts';

/** "CRITICAL: 2 problems" */
export function verdict(
  { status, findings }: { readonly status: Status; readonly findings: readonly Finding[] },
  chalk: ChalkInstance = new Chalk({ level: 0 }),
) {
  const count = problemsOf(findings).length;
  const summary = count === 0 ? `${findings.length} checks passed` : counted(count, 'problem');
  return `${colourOf(chalk, status)(status.toUpperCase())}: ${summary}`;
}

/** What is wrong, and what to do about it. */
export function problem({ status, nodes, message, next = [] }: Problem, chalk: ChalkInstance): string {
  const label = colourOf(chalk, status)(status.toUpperCase());
  const text = nodes.length === 0 ? message : `${nodes.join(', ')}: ${message}`;
  const [first = '', ...rest] = wrap(text, screenWidth - status.length - 1);
  return [
    `${label} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...next.flatMap((advice) =>
      wrap(advice, screenWidth - 4).map((line, index) => `${index ? '   ' : ` ${chalk.cyan('→')} `}${line}`),
    ),
  ].join('\n');
}

export function colourOf(chalk: ChalkInstance, status: Status): ChalkInstance {
  if (status === 'ok') return chalk.green;
  return status === 'critical' ? chalk.red : chalk.yellow;
}

// Shows what `backup check` found: what is well, what is wrong and what to do, and one line with the verdict.

import { Chalk } from 'chalk';
import type { BackupCheck } from './backup-check.ts';
import { problemsOf, type Finding } from '../../model/finding.ts';
import { problem, verdict } from '../../ui/findings.ts';
import { screenWidth, shorten, utc, wrap } from '../../ui/text.ts';

/** What people want to know even when it is well. */
const telling = ['backup-age', 'archiver', 'space', 'drill'];

/** At most 80 columns wide. Level 0 has no colour. */
export function backupCheckText(check: BackupCheck, colourLevel: 0 | 1): string {
  const chalk = new Chalk({ level: colourLevel });
  const good = check.findings.filter((one) => one.status === 'ok' && telling.includes(one.check));
  return [
    `cluster ${check.cluster}: ${restorable(check)}`,
    ...good.map((one) => `${chalk.green('✓')} ${shorten(textOf(one), screenWidth - 2)}`),
    ...problemsOf(check.findings).flatMap((one) => ['', problem(one, chalk)]),
    ...check.notes.flatMap((note) => ['', ...wrap(`note: ${note}`)]),
    '',
    verdict(check, chalk),
    '',
  ].join('\n');
}

function restorable({ restorable: range }: BackupCheck): string {
  if (range === null) return 'nothing can be restored';
  return `restorable ${utc(range.from)} to ${range.to === null ? 'now' : utc(range.to)} UTC`;
}

const textOf = ({ node, message }: Finding): string => (node === undefined ? message : `${node}: ${message}`);
